package io.lavastream.engine.fidelity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Compares pixels of 8 bits a sample. */
final class Pixels {
    /**
     * How two images of one size differ.
     *
     * @param equal share of samples that are the same
     * @param largest step of 255
     */
    record Difference(double equal, int largest) {}

    private Pixels() {}

    static String sha256(byte[] pixels) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(pixels));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Both of one length. */
    static Difference between(byte[] found, byte[] expected) {
        int equal = 0;
        int largest = 0;
        for (int i = 0; i < expected.length; i++) {
            int step = Math.abs((found[i] & 0xFF) - (expected[i] & 0xFF));
            equal += step == 0 ? 1 : 0;
            largest = Math.max(largest, step);
        }
        return new Difference(equal / (double) expected.length, largest);
    }
}
