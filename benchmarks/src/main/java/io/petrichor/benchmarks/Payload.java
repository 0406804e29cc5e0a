package io.petrichor.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What is encoded and decoded: each as the Java object that a data binding takes, and as
 * the maps and lists that say the same.
 */
public enum Payload {

	/** A request of the kind a server sees most: a header and a small body. */
	PAIR {
		@Override
		Object[] bound() {
			return trees();
		}

		@Override
		Object[] trees() {
			Map<String, Object> header = new LinkedHashMap<>();
			header.put("to", "orders.create");
			header.put("user", "zed");
			header.put("id", 4711);
			Map<String, Object> body = new LinkedHashMap<>();
			body.put("sku", "PX-1234-BLUE");
			body.put("count", 3);
			body.put("price", 12.5);
			body.put("gift", false);
			return new Object[] { header, body };
		}

		@Override
		Class<?> type() {
			return Map.class;
		}
	},

	/** An order record with twenty lines. */
	ORDER {
		@Override
		Object[] bound() {
			List<Line> lines = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				lines.add(new Line("PX-" + (1000 + i) + "-BLUE", "A fine blue thing, number " + i, i + 1,
						1.25 * (i + 1), i % 3 == 0));
			}
			return new Object[] {
					new Order(81_726_354L, "zed.shaw@example.org", "open", lines, 262.5, "Leave at the door") };
		}

		@Override
		Object[] trees() {
			Order order = (Order) bound()[0];
			List<Object> lines = new ArrayList<>();
			for (Line line : order.lines()) {
				Map<String, Object> map = new LinkedHashMap<>();
				map.put("sku", line.sku());
				map.put("title", line.title());
				map.put("count", line.count());
				map.put("price", line.price());
				map.put("gift", line.gift());
				lines.add(map);
			}
			Map<String, Object> map = new LinkedHashMap<>();
			map.put("id", order.id());
			map.put("customer", order.customer());
			map.put("state", order.state());
			map.put("lines", lines);
			map.put("total", order.total());
			map.put("note", order.note());
			return new Object[] { map };
		}

		@Override
		Class<?> type() {
			return Order.class;
		}
	},

	/** A tree of a thousand values of every kind. */
	TREE {
		@Override
		Object[] bound() {
			return trees();
		}

		@Override
		Object[] trees() {
			Random random = new Random(1);
			List<Object> list = new ArrayList<>();
			for (int i = 0; i < 125; i++) {
				Map<String, Object> map = new LinkedHashMap<>();
				map.put("name", "value number " + i);
				map.put("number", random.nextInt(1_000_000));
				map.put("big", random.nextLong());
				map.put("ratio", random.nextInt(10_000) / 100.0);
				map.put("flag", random.nextBoolean());
				map.put("nothing", null);
				map.put("pair", List.of(i));
				list.add(map);
			}
			return new Object[] { list };
		}

		@Override
		Class<?> type() {
			return List.class;
		}
	},

	/** A record with a field of 64 KiB of bytes. */
	BINARY {
		@Override
		Object[] bound() {
			byte[] data = new byte[64 * 1024];
			new Random(1).nextBytes(data);
			return new Object[] { new Blob("picture.png", data) };
		}

		@Override
		Object[] trees() {
			Blob blob = (Blob) bound()[0];
			Map<String, Object> map = new LinkedHashMap<>();
			map.put("name", blob.name());
			map.put("data", blob.data());
			return new Object[] { map };
		}

		@Override
		Class<?> type() {
			return Blob.class;
		}
	};

	abstract Object[] bound();

	abstract Object[] trees();

	abstract Class<?> type();

	/** An order. */
	public record Order(long id, String customer, String state, List<Line> lines, double total, String note) {
	}

	/** A line of an order. */
	public record Line(String sku, String title, int count, double price, boolean gift) {
	}

	/** Something with bytes in it. */
	public record Blob(String name, byte[] data) {
	}

}
