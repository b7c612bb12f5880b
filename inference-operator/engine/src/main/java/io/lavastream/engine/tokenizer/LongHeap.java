package io.lavastream.engine.tokenizer;

import java.util.Arrays;

/** A priority queue of longs, smallest first, without a box for each. */
final class LongHeap {
    private long[] values;
    private int size;

    LongHeap(int capacity) {
        values = new long[Math.max(capacity, 16)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        int child = size++;
        while (child > 0 && values[(child - 1) / 2] > value) {
            values[child] = values[(child - 1) / 2];
            child = (child - 1) / 2;
        }
        values[child] = value;
    }

    /** Removes and returns the smallest; the queue must not be empty. */
    long poll() {
        long smallest = values[0];
        long last = values[--size];
        int parent = 0;
        for (int child = 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && values[child + 1] < values[child]) {
                child++;
            }
            if (values[child] >= last) {
                break;
            }
            values[parent] = values[child];
            parent = child;
        }
        values[parent] = last;
        return smallest;
    }
}
