package io.petrichor.client;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;

import io.petrichor.handler.PetrichorProxy;

/**
 * What a native image has to know of the interfaces that are beans: that there are
 * proxies of them, and the types that their methods write and read.
 */
final class ExchangeHints implements BeanRegistrationAotProcessor {

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
		if (bean.getBeanClass() != ExchangeFactoryBean.class) {
			return null;
		}
		Class<?> type = bean.getBeanType().as(FactoryBean.class).resolveGeneric();
		return (context, code) -> register(context.getRuntimeHints(), type);
	}

	static void register(RuntimeHints hints, @Nullable Class<?> type) {
		if (type != null) {
			hints.proxies().registerJdkProxy(type, PetrichorProxy.class);
			new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, type);
		}
	}

}
