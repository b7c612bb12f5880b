package io.lavastream.standalone.cli;

import io.lavastream.engine.ModelDescription;
import io.lavastream.standalone.Progress;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes: results to {@code out}, everything else to {@code err}, in UTF-8.
 *
 * @param interactive whether {@code err} is a terminal
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive) {
    /** System property by which the script tells whether standard error is a terminal. */
    private static final String INTERACTIVE = "lavastream.terminal";

    static Terminal ofProcess() {
        return new Terminal(
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                Boolean.getBoolean(INTERACTIVE));
    }

    Progress progress() {
        return Progress.on(err, interactive);
    }

    /** What a command that answers questions itself answers them with. */
    void tell(ModelDescription model) {
        err.println("model " + model);
        err.println("slots " + model.slots());
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
