package io.lavastream.loadtests.installation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Signals to processes that this one started; Java itself knows only two of them. */
public final class Signals {
    private Signals() {}

    /** Stops a process and its children in their tracks: they keep everything and do nothing. */
    public static void pause(ProcessHandle process) throws IOException, InterruptedException {
        send("STOP", process);
    }

    /** Lets them go on, as if no time had passed. */
    public static void resume(ProcessHandle process) throws IOException, InterruptedException {
        send("CONT", process);
    }

    private static void send(String signal, ProcessHandle process)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        command.add(Long.toString(process.pid()));
        process.descendants().forEach(child -> command.add(Long.toString(child.pid())));
        // One that has ended in the meantime is no error: then there is nothing to stop.
        new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
