package io.lavastream.standalone.security;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** Listens to everything that this process logs, down to DEBUG, and keeps the lines that hold a secret. */
final class LoggedSecrets extends AbstractAppender implements AutoCloseable {
    private final List<String> secrets;
    private final Queue<String> found = new ConcurrentLinkedQueue<>();
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final Level levelBefore = context.getConfiguration().getRootLogger().getLevel();
    private volatile long lines;

    private LoggedSecrets(List<String> secrets) {
        super("logged-secrets", null, null, true, Property.EMPTY_ARRAY);
        this.secrets = List.copyOf(secrets);
    }

    static LoggedSecrets listenFor(List<String> secrets) {
        LoggedSecrets listener = new LoggedSecrets(secrets);
        listener.start();
        listener.context.getConfiguration().getRootLogger().setLevel(Level.DEBUG);
        listener.context
                .getConfiguration()
                .getRootLogger()
                .addAppender(listener, Level.DEBUG, null);
        // The console goes on as before.
        listener.context
                .getConfiguration()
                .getRootLogger()
                .getAppenders()
                .forEach((name, appender) -> quiet(listener, name, appender));
        listener.context.updateLoggers();
        return listener;
    }

    private static void quiet(
            LoggedSecrets listener, String name, org.apache.logging.log4j.core.Appender appender) {
        if (appender != listener) {
            listener.context.getConfiguration().getRootLogger().removeAppender(name);
            listener.context
                    .getConfiguration()
                    .getRootLogger()
                    .addAppender(appender, listener.levelBefore, null);
        }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // Only whether there were many matters.
    public void append(LogEvent event) {
        lines++;
        String text = event.getMessage().getFormattedMessage() + " " + event.getThrown();
        if (secrets.stream().anyMatch(text::contains)) {
            found.add(event.getLoggerName() + ": " + text);
        }
    }

    /** Lines that hold a secret. */
    List<String> found() {
        return List.copyOf(found);
    }

    /** How much was logged at all. */
    long lines() {
        return lines;
    }

    @Override
    public void close() {
        context.getConfiguration().getRootLogger().removeAppender(getName());
        context.getConfiguration().getRootLogger().setLevel(levelBefore);
        context.updateLoggers();
        stop();
    }
}
