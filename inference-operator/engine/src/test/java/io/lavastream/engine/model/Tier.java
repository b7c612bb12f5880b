package io.lavastream.engine.model;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Tests that take minutes or gigabytes: they run where {@code -Dlavastream.tier} names their tier, and say so where not. */
final class Tier {
    private static final String PROPERTY = "lavastream.tier";

    private Tier() {}

    /** Aborts the test, and says how to run it, unless its tier is asked for. */
    static void require(String name) {
        if (!List.of(System.getProperty(PROPERTY, "").split(",")).contains(name)) {
            System.out.printf("NOT RUN: tier %s (run it with -D%s=%s)%n", name, PROPERTY, name);
            Assumptions.abort("tier " + name);
        }
    }
}
