package io.petrichor.tnetstring;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The few entries of most dictionaries: an unmodifiable map in the order of the wire, in
 * one array, a quarter of what a hash table takes. Found by looking at each, so only ever
 * for {@value #MAX_ENTRIES} entries at the most.
 */
final class SmallMap extends AbstractMap<String, @Nullable Object> {

	static final int MAX_ENTRIES = 12;

	private final @Nullable Object[] items;

	/** Of keys and values in turn; keys are strings, none twice. */
	SmallMap(@Nullable Object[] items) {
		this.items = items;
	}

	@Override
	public int size() {
		return this.items.length / 2;
	}

	@Override
	public @Nullable Object get(@Nullable Object key) {
		int index = indexOf(key);
		return (index >= 0) ? this.items[index + 1] : null;
	}

	@Override
	public boolean containsKey(@Nullable Object key) {
		return indexOf(key) >= 0;
	}

	private int indexOf(@Nullable Object key) {
		if (key != null) {
			for (int i = 0; i < this.items.length; i += 2) {
				if (key.equals(this.items[i])) {
					return i;
				}
			}
		}
		return -1;
	}

	@Override
	public Set<Map.Entry<String, @Nullable Object>> entrySet() {
		return new Entries(this.items);
	}

	private static final class Entries extends AbstractSet<Map.Entry<String, @Nullable Object>> {

		private final @Nullable Object[] items;

		Entries(@Nullable Object[] items) {
			this.items = items;
		}

		@Override
		public int size() {
			return this.items.length / 2;
		}

		@Override
		public Iterator<Map.Entry<String, @Nullable Object>> iterator() {
			return new EntryIterator(this.items);
		}

	}

	private static final class EntryIterator implements Iterator<Map.Entry<String, @Nullable Object>> {

		private final @Nullable Object[] items;

		private int next;

		EntryIterator(@Nullable Object[] items) {
			this.items = items;
		}

		@Override
		public boolean hasNext() {
			return this.next < this.items.length;
		}

		@Override
		public Map.Entry<String, @Nullable Object> next() {
			if (!hasNext()) {
				throw new NoSuchElementException();
			}
			String key = String.valueOf(this.items[this.next]);
			Object value = this.items[this.next + 1];
			this.next += 2;
			return new SimpleImmutableEntry<>(key, value);
		}

	}

}
