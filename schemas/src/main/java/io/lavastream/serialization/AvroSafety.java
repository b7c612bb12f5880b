package io.lavastream.serialization;

import java.util.Map;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Avro's process-wide switches: which packages it may instantiate, and how much a length field may make it allocate.
 * Avro reads them once, when its classes load, so they are set before the first record; a value given on the command
 * line wins.
 */
public final class AvroSafety {
    private static final Map<String, String> SWITCHES =
            Map.of(
                    "org.apache.avro.SERIALIZABLE_PACKAGES", "io.lavastream.schemas",
                    "org.apache.avro.limits.bytes.maxLength", "16777216",
                    "org.apache.avro.limits.string.maxLength", "16777216",
                    "org.apache.avro.limits.collectionItems.maxLength", "100000");

    private static final String OUR_PACKAGE = "io.lavastream.schemas";

    private static boolean trusting;

    private AvroSafety() {}

    /** Sets the switches that are not set yet. */
    public static void install() {
        SWITCHES.forEach(
                (name, value) -> {
                    if (System.getProperty(name) == null) {
                        System.setProperty(name, value);
                    }
                });
        trustOurRecords();
    }

    /**
     * The property alone is not enough: Avro reads it once, and a generated class that was used before ours has loaded
     * Avro already. Half of all records were then refused as not trusted.
     */
    private static synchronized void trustOurRecords() {
        if (trusting) {
            return;
        }
        trusting = true;
        ClassSecurityPredicate before = ClassSecurityValidator.getGlobal();
        ClassSecurityPredicate ours = type -> OUR_PACKAGE.equals(type.getPackageName());
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(before, ours));
    }
}
