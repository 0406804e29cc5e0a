package io.petrichor.server;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Places for connections: how many there are, and who gets none.
 */
@ExtendWith(OutputCaptureExtension.class)
class AdmissionTests {

	private static final SocketAddress A = new InetSocketAddress("192.0.2.1", 1000);

	private static final SocketAddress B = new InetSocketAddress("192.0.2.2", 1000);

	private long now = -5;

	@Test
	void whenAllPlacesAreTakenThenNobodyComesUntilSomebodyLeaves() {
		Admission admission = admission(limits(2, 2, 100, 100));
		Admission.Place first = admission.claim(A);
		assertThat(admission.claim(B).refused()).isNull();
		assertThat(admission.claim(B).refused()).isEqualTo(RejectReason.CONNECTIONS);
		first.leave();
		assertThat(admission.claim(B).refused()).isNull();
	}

	@Test
	void whenRefusedConnectionEndsThenNoPlaceIsGainedByIt() {
		Admission admission = admission(limits(1, 1, 100, 100));
		admission.claim(A);
		admission.claim(A).leave();
		assertThat(admission.claim(A).refused()).isEqualTo(RejectReason.CONNECTIONS);
	}

	@Test
	void whenAddressHasItsShareThenOthersStillCome() {
		Admission admission = admission(limits(10, 2, 100, 100));
		admission.claim(A).allowed();
		admission.claim(A).allowed();
		assertThat(admission.claim(A).refused()).isEqualTo(RejectReason.ADDRESS);
		assertThat(admission.claim(B).refused()).isNull();
	}

	@Test
	void whenAddressesAreOfOneNetworkOfIpv6ThenTheyCountAsOne() {
		Admission admission = admission(limits(10, 1, 100, 100));
		assertThat(admission.claim(new InetSocketAddress("2001:db8:1:2::1", 1)).refused()).isNull();
		assertThat(admission.claim(new InetSocketAddress("2001:db8:1:2:f::9", 1)).refused())
			.isEqualTo(RejectReason.ADDRESS);
		assertThat(admission.claim(new InetSocketAddress("2001:db8:1:3::1", 1)).refused()).isNull();
	}

	@Test
	void whenAddressHasItsShareOfPendingThenOnlyAllowedOnesMakeRoom() {
		Admission admission = admission(limits(10, 10, 100, 1));
		Admission.Place first = admission.claim(A);
		assertThat(admission.claim(A).refused()).isEqualTo(RejectReason.HANDSHAKES);
		assertThat(admission.claim(B).refused()).isNull();
		first.allowed();
		assertThat(admission.claim(A).refused()).isNull();
	}

	@Test
	void whenPendingIsHalfFullThenSomeAreDroppedAndWhenFullThenAll() {
		Admission admission = admission(limits(10000, 10000, 128, 10000));
		for (int i = 0; i <= 64; i++) {
			assertThat(admission.claim(A).refused()).as("number %d", i).isNull();
		}
		List<Admission.Place> places = new ArrayList<>();
		for (int i = 0; i < 10000; i++) {
			places.add(admission.claim(A));
		}
		assertThat(places.stream().filter((place) -> place.refused() == null)).hasSizeLessThanOrEqualTo(63)
			.hasSizeGreaterThan(40);
		assertThat(places.get(0).refused() == null && places.get(30).refused() == null
				&& places.get(60).refused() == null && places.get(62).refused() == null)
			.as("dropped early")
			.isFalse();
	}

	@Test
	void whenAddressFailsTooOftenInMinuteThenItIsTurnedAwayForPenaltyAndOthersAreNot() {
		Admission admission = admission(limits(1000, 1000, 1000, 1000));
		for (int i = 0; i < 11; i++) {
			Admission.Place place = admission.claim(A);
			assertThat(place.refused()).isNull();
			place.failed();
			place.leave();
		}
		assertThat(admission.claim(A).refused()).isEqualTo(RejectReason.PENALTY);
		assertThat(admission.claim(B).refused()).isNull();
		this.now += TimeUnit.SECONDS.toNanos(59);
		assertThat(admission.claim(A).refused()).isEqualTo(RejectReason.PENALTY);
		this.now += TimeUnit.SECONDS.toNanos(2);
		assertThat(admission.claim(A).refused()).isNull();
	}

	@Test
	void whenAddressFailsSlowlyThenItIsNeverTurnedAway() {
		Admission admission = admission(limits(1000, 1000, 1000, 1000));
		for (int i = 0; i < 100; i++) {
			Admission.Place place = admission.claim(A);
			assertThat(place.refused()).isNull();
			place.failed();
			place.leave();
			this.now += TimeUnit.SECONDS.toNanos(7);
		}
	}

	@Test
	void whenProcessMayOpenFewFilesThenThereAreFewerPlacesAndLogSaysSo(CapturedOutput output) {
		Admission admission = new Admission(limits(100, 100, 1000, 1000), 258, () -> this.now);
		assertThat(admission.claim(A).refused()).isNull();
		assertThat(admission.claim(A).refused()).isNull();
		assertThat(admission.claim(A).refused()).isEqualTo(RejectReason.CONNECTIONS);
		assertThat(output).contains("may open 258 files", "petrichor.server.max-connections");
	}

	@Test
	void whenManyAreTurnedAwayThenLogHasOneLineForEachCause(CapturedOutput output) {
		Admission admission = admission(limits(1, 1, 100, 100));
		for (int i = 0; i < 1000; i++) {
			admission.claim(A);
		}
		assertThat(output.getOut().split("A connection is turned away", -1)).hasSize(2);
	}

	private Admission admission(AdmissionLimits limits) {
		return new Admission(limits, Long.MAX_VALUE, () -> this.now);
	}

	private static AdmissionLimits limits(int connections, int perAddress, int pending, int pendingPerAddress) {
		return new AdmissionLimits(connections, perAddress, pending, pendingPerAddress, 10, Duration.ofSeconds(60));
	}

}
