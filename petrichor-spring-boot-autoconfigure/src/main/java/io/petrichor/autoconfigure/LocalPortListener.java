package io.petrichor.autoconfigure;

import java.util.HashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;

import io.petrichor.server.PetrichorServerListeningEvent;

/**
 * Publishes the port that the server listens on as {@code local.petrichor.server.port}.
 */
final class LocalPortListener implements ApplicationListener<PetrichorServerListeningEvent> {

	private static final String PROPERTY = "local.petrichor.server.port";

	private static final String SOURCE = "server.ports";

	private final ApplicationContext context;

	LocalPortListener(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void onApplicationEvent(PetrichorServerListeningEvent event) {
		for (@Nullable
		ApplicationContext context = this.context; context != null; context = context.getParent()) {
			if (context.getEnvironment() instanceof ConfigurableEnvironment environment) {
				publish(environment.getPropertySources(), event.server().port());
			}
		}
	}

	private static void publish(MutablePropertySources sources, int port) {
		if (!(sources.get(SOURCE) instanceof MapPropertySource)) {
			sources.addFirst(new MapPropertySource(SOURCE, new HashMap<>()));
		}
		if (sources.get(SOURCE) instanceof MapPropertySource ports) {
			ports.getSource().put(PROPERTY, port);
		}
	}

}
