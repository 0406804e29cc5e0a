package io.petrichor.autoconfigure;

import jakarta.validation.ConstraintViolationException;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

import io.petrichor.handler.Bodies;
import io.petrichor.handler.Dispatcher;
import io.petrichor.handler.HandlerDiscovery;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.InvalidArgumentsTranslator;
import io.petrichor.handler.JacksonBodies;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.handler.RequestListener;
import io.petrichor.security.AccessDeniedTranslator;
import io.petrichor.security.AuthenticationPrincipalArgumentResolver;
import io.petrichor.security.SecurityContextInterceptor;
import io.petrichor.server.HandshakeArgumentResolver;
import io.petrichor.tnetstring.jackson.TNetstringMapper;

/**
 * What brings requests to handlers: those that come to the server, and those that a
 * server sends to its clients.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PetrichorServerProperties.class)
class PetrichorHandlerConfiguration {

	@Bean
	@ConditionalOnMissingBean
	HandlerRegistry petrichorHandlerRegistry() {
		return new HandlerRegistry();
	}

	@Bean
	HandlerDiscovery petrichorHandlerDiscovery(ConfigurableListableBeanFactory beans, HandlerRegistry registry,
			Bodies bodies) {
		return new HandlerDiscovery(beans, registry, bodies);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnThreading(Threading.PLATFORM)
	PetrichorHandlerExecutor petrichorHandlerExecutor(PetrichorServerProperties properties) {
		PetrichorServerProperties.Dispatch dispatch = properties.getDispatch();
		return PetrichorHandlerExecutor.ofThreads(dispatch.getThreads(), dispatch.getQueue());
	}

	@Bean("petrichorHandlerExecutor")
	@ConditionalOnMissingBean
	@ConditionalOnThreading(Threading.VIRTUAL)
	PetrichorHandlerExecutor petrichorVirtualHandlerExecutor(PetrichorServerProperties properties) {
		PetrichorServerProperties.Dispatch dispatch = properties.getDispatch();
		return PetrichorHandlerExecutor.ofVirtualThreads(dispatch.getVirtualThreads(), dispatch.getQueue());
	}

	@Bean
	@ConditionalOnMissingBean
	Dispatcher petrichorDispatcher(HandlerRegistry registry, PetrichorHandlerExecutor executor, Bodies bodies,
			PetrichorServerProperties properties, ObjectProvider<RequestListener> listeners) {
		return new Dispatcher(registry, executor, properties.getDispatch().getTimeout(),
				RequestListener.of(listeners.orderedStream().toList()), bodies,
				(int) properties.getMessage().getMaxBodySize().toBytes());
	}

	@Bean
	HandshakeArgumentResolver petrichorHandshakeArgumentResolver() {
		return new HandshakeArgumentResolver();
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "tools.jackson.databind.ObjectMapper")
	static class WithJackson {

		@Bean
		@ConditionalOnMissingBean(Bodies.class)
		JacksonBodies petrichorBodies(ObjectProvider<TNetstringMapper> mapper) {
			return new JacksonBodies(() -> mapper.getIfAvailable(TNetstringMapper::new));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConstraintViolationException.class)
	static class WithBeanValidation {

		@Bean
		@ConditionalOnMissingBean
		InvalidArgumentsTranslator petrichorInvalidArgumentsTranslator() {
			return new InvalidArgumentsTranslator();
		}

	}

	/**
	 * What handlers see of Spring Security. Who gets in is for the application to say.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(SecurityContextHolder.class)
	static class WithSpringSecurity {

		@Bean
		@ConditionalOnMissingBean
		SecurityContextInterceptor petrichorSecurityContextInterceptor(
				ObjectProvider<SecurityContextHolderStrategy> holder) {
			return new SecurityContextInterceptor(
					holder.getIfAvailable(SecurityContextHolder::getContextHolderStrategy));
		}

		@Bean
		@ConditionalOnMissingBean
		AuthenticationPrincipalArgumentResolver petrichorAuthenticationPrincipalArgumentResolver(BeanFactory beans) {
			return new AuthenticationPrincipalArgumentResolver(beans);
		}

		@Bean
		@ConditionalOnMissingBean
		AccessDeniedTranslator petrichorAccessDeniedTranslator() {
			return new AccessDeniedTranslator();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("tools.jackson.databind.ObjectMapper")
	static class WithoutJackson {

		@Bean
		@ConditionalOnMissingBean
		Bodies petrichorBodies() {
			return new Bodies();
		}

	}

}
