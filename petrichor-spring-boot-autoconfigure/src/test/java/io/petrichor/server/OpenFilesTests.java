package io.petrichor.server;

import java.lang.management.ManagementFactory;

import com.sun.management.UnixOperatingSystemMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

class OpenFilesTests {

	@Test
	@EnabledOnOs(OS.LINUX)
	void whenOnLinuxThenLimitIsTheOneTheJvmKnows() {
		UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		assertThat(OpenFiles.limit()).isEqualTo(system.getMaxFileDescriptorCount());
	}

	@Test
	void whenSoftAndHardLimitDifferThenSoftOneHolds() {
		assertThat(OpenFiles.limit("""
				Limit                     Soft Limit           Hard Limit           Units
				Max processes             63000                63000                processes
				Max open files            1024                 524288               files
				""")).isEqualTo(1024);
	}

	@Test
	void whenThereIsNoLimitThenAsManyAsCanBe() {
		assertThat(OpenFiles.limit("Max open files            unlimited            unlimited            files\n"))
			.isEqualTo(Long.MAX_VALUE);
		assertThat(OpenFiles.limit("")).isEqualTo(Long.MAX_VALUE);
	}

}
