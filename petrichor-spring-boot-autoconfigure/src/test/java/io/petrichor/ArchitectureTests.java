package io.petrichor;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;

import static com.tngtech.archunit.lang.conditions.ArchConditions.beAnnotatedWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * Who may know whom.
 */
class ArchitectureTests {

	private static final JavaClasses PRODUCT = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.petrichor");

	@Test
	void packagesHaveNoCycles() {
		SlicesRuleDefinition.slices().matching("io.petrichor.(**)").should().beFreeOfCycles().check(PRODUCT);
	}

	@Test
	void theDataFormatKnowsOnlyTheJdkAndBuffers() {
		classes().that()
			.resideInAPackage("io.petrichor.tnetstring")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("io.petrichor.tnetstring", "java..", "io.netty.buffer..", "io.netty.util..",
					"org.jspecify..")
			.check(PRODUCT);
	}

	@Test
	void theProtocolKnowsOnlyTheDataFormatAndNetty() {
		classes().that()
			.resideInAPackage("io.petrichor.protocol")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("io.petrichor.protocol", "io.petrichor.tnetstring", "java..", "jdk.net..", "io.netty..",
					"org.jspecify..")
			.check(PRODUCT);
	}

	@Test
	void handlersDoNotKnowTheServerOrTheClient() {
		noClasses().that()
			.resideInAnyPackage("io.petrichor.tnetstring..", "io.petrichor.protocol..", "io.petrichor.handler..")
			.should()
			.dependOnClassesThat(inThe("io.petrichor.server", "io.petrichor.client"))
			.check(PRODUCT);
	}

	@Test
	void theServerDoesNotKnowTheClientNorTheClientTheServer() {
		noClasses().that()
			.resideInAPackage("io.petrichor.server..")
			.should()
			.dependOnClassesThat(inThe("io.petrichor.client"))
			.check(PRODUCT);
		noClasses().that()
			.resideInAPackage("io.petrichor.client..")
			.should()
			.dependOnClassesThat(inThe("io.petrichor.server"))
			.allowEmptyShould(true)
			.check(PRODUCT);
	}

	@Test
	void nobodyKnowsTheAutoConfiguration() {
		noClasses().that()
			.resideOutsideOfPackage("io.petrichor.autoconfigure..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.petrichor.autoconfigure..")
			.check(PRODUCT);
	}

	@Test
	void autoConfigurationsAreFinalAndHaveNothingPublic() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.haveModifier(JavaModifier.FINAL)
			.check(PRODUCT);
		methods().that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.notBePublic()
			.check(PRODUCT);
	}

	@Test
	void timersDoNotReadTheWallClock() {
		noClasses().that()
			.resideInAnyPackage("io.petrichor.protocol..", "io.petrichor.handler..", "io.petrichor.server..",
					"io.petrichor.client..")
			.should()
			.callMethod(System.class, "currentTimeMillis")
			.check(PRODUCT);
	}

	@Test
	void packagesAreNullMarked() {
		classes().that().haveSimpleName("package-info").should(beAnnotatedWith(NullMarked.class)).check(PRODUCT);
	}

	private static DescribedPredicate<JavaClass> inThe(String... packages) {
		return DescribedPredicate.describe("in " + String.join(" or ", packages), (type) -> {
			for (String name : packages) {
				if (type.getPackageName().equals(name) || type.getPackageName().startsWith(name + ".")) {
					return true;
				}
			}
			return false;
		});
	}

}
