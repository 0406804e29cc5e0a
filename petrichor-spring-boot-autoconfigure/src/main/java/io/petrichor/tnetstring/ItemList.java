package io.petrichor.tnetstring;

import java.util.AbstractList;
import java.util.RandomAccess;

import org.jspecify.annotations.Nullable;

/**
 * The elements of a list, unmodifiable.
 */
final class ItemList extends AbstractList<@Nullable Object> implements RandomAccess {

	private final @Nullable Object[] items;

	ItemList(@Nullable Object[] items) {
		this.items = items;
	}

	@Override
	public @Nullable Object get(int index) {
		return this.items[index];
	}

	@Override
	public int size() {
		return this.items.length;
	}

}
