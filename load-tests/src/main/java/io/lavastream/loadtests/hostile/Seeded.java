package io.lavastream.loadtests.hostile;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Chances that a seed decides. */
final class Seeded {
    private final Random random;

    Seeded(long seed) {
        random = new Random(seed);
    }

    /** From {@code least} to {@code most}, both possible. */
    int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A damaged copy: bits flipped, a part overwritten, cut off, left out or repeated. */
    byte[] damaged(byte[] sound) {
        byte[] copy = sound.clone();
        int at = random.nextInt(copy.length);
        int length = Math.min(copy.length - at, between(1, 16));
        switch (between(0, 4)) {
            case 0 -> {
                for (int i = between(1, 8); i > 0; i--) {
                    copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 1 -> System.arraycopy(bytes(length), 0, copy, at, length);
            case 2 -> copy = Arrays.copyOf(copy, at);
            case 3 -> copy = joined(Arrays.copyOf(sound, at), tail(sound, at + length));
            default -> copy = joined(Arrays.copyOf(sound, at + length), tail(sound, at));
        }
        return copy;
    }

    private static byte[] tail(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
