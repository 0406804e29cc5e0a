package io.petrichor.benchmarks.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.ip.tcp.inbound.TcpInboundGateway;
import org.springframework.integration.ip.tcp.connection.TcpNetServerConnectionFactory;
import org.springframework.integration.ip.tcp.serializer.TcpCodecs;

/**
 * Spring Integration: a TCP gateway with a length of four bytes before each message.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class IntegrationEcho {

	public static void main(String[] args) throws InterruptedException {
		ApplicationContext context = SpringApplication.run(IntegrationEcho.class, args);
		TcpNetServerConnectionFactory factory = context.getBean(TcpNetServerConnectionFactory.class);
		while (!factory.isListening()) {
			Thread.sleep(10);
		}
		System.out.println(factory.getPort());
	}

	@Bean
	TcpNetServerConnectionFactory factory() {
		TcpNetServerConnectionFactory factory = new TcpNetServerConnectionFactory(0);
		factory.setLocalAddress("127.0.0.1");
		factory.setSoTcpNoDelay(true);
		factory.setSerializer(TcpCodecs.lengthHeader4());
		factory.setDeserializer(TcpCodecs.lengthHeader4());
		return factory;
	}

	@Bean
	IntegrationFlow echo(TcpNetServerConnectionFactory factory) {
		TcpInboundGateway gateway = new TcpInboundGateway();
		gateway.setConnectionFactory(factory);
		return IntegrationFlow.from(gateway).handle(byte[].class, (body, headers) -> body).get();
	}

}
