package io.lavastream.engine.runtime;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/** How far a thread stands back where there are more of them than processors; on Linux, which has it for each thread. */
final class Niceness {
    /** A third of the processor beside a thread that does not stand back: images are still prepared in less time than they compute. */
    private static final int STEPS = 5;

    /** Of Linux's {@code sys/resource.h}: who is 0 for the thread that calls. */
    private static final int PRIO_PROCESS = 0;

    /** The methods have the names and parameters that they have in C. */
    private static final class LibC {
        static {
            Native.register(LibC.class, Platform.C_LIBRARY_NAME);
        }

        private LibC() {}

        static native int getpriority(int which, int who);

        static native int setpriority(int which, int who, int priority);
    }

    private Niceness() {}

    /** Lets the thread that calls stand back from now on; where that is not possible, nothing happens. */
    static void standBack() {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            LibC.setpriority(PRIO_PROCESS, 0, LibC.getpriority(PRIO_PROCESS, 0) + STEPS);
        } catch (LinkageError e) {
            return; // No library for this machine, or nowhere to unpack it: threads are all alike.
        }
    }
}
