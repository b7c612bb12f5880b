package io.lavastream.standalone.cli;

import io.lavastream.engine.CheckpointException;
import io.lavastream.standalone.Causes;
import io.lavastream.standalone.StartupException;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into one line and an exit code; a stack trace only for what nobody foresaw. */
final class Failures implements IExecutionExceptionHandler {
    /** The command ran, its result is not what it should be. */
    static final int WRONG_RESULT = 1;

    /** The command cannot run as asked. */
    static final int USAGE = 2;

    /** What the caller can put right; the first found in the chain of causes speaks. */
    private static final List<Class<? extends Exception>> CALLERS =
            List.of(
                    CheckpointException.class,
                    StartupException.class,
                    IllegalArgumentException.class);

    private final Terminal terminal;

    Failures(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleExecutionException(
            Exception failure, CommandLine commandLine, ParseResult parsed) {
        Optional<Throwable> callers =
                CALLERS.stream().flatMap(type -> find(failure, type).stream()).findFirst();
        if (callers.isPresent()) {
            say(callers.get().getMessage());
            return USAGE;
        }
        Optional<Throwable> cluster = find(failure, KafkaException.class);
        if (cluster.isPresent()) {
            say(Causes.of(cluster.get()));
            return WRONG_RESULT;
        }
        failure.printStackTrace(terminal.err());
        return WRONG_RESULT;
    }

    private void say(String message) {
        String line = String.valueOf(message).replaceAll("\\s*\\R\\s*", " ");
        terminal.err().println("lavastream: " + line);
    }

    private static Optional<Throwable> find(Throwable failure, Class<?> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(cause);
            }
        }
        return Optional.empty();
    }
}
