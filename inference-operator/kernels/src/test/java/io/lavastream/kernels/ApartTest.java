package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JIT compiler makes of the kernels, as it says itself ({@code -XX:+LogCompilation}) in a JVM that warms them up. */
class ApartTest {
    /** Of 18 000. How many it takes differs by some hundred, with what was called before. */
    private static final long NODES = 17_500;

    /** Operations with vectors but for stores, which come behind loops. */
    private static final Set<String> OPERATIONS =
            Set.of(
                    "load",
                    "convert",
                    "broadcastInt",
                    "broadcastCoerced",
                    "unaryOp",
                    "binaryOp",
                    "ternaryOp",
                    "compare",
                    "blend",
                    "reductionCoerced");

    private static final Pattern TASK =
            Pattern.compile("<task compile_id='(\\d+)'.* method='([^' ]+) ([^' ]+)");
    private static final Pattern METHOD = Pattern.compile("<method id='(\\d+)' .*name='([^']+)'");
    private static final Pattern CALL = Pattern.compile("<call method='(\\d+)'");
    private static final Pattern LATE =
            Pattern.compile("<late_inline method='(\\d+)'.* inline_id='(\\d+)'");

    @TempDir Path directory;

    /** What is warmed up. */
    static final class WarmUp {
        private WarmUp() {}

        public static void main(String[] arguments) {
            KernelWarmUp.run(
                    new KernelThreads(2),
                    EnumSet.allOf(PanelFormat.class),
                    Duration.ofMinutes(1),
                    System::nanoTime);
            System.exit(0);
        }
    }

    @Test
    void noMethodIsMoreThanTheCompilerTakesIn() throws Exception {
        assumeThat(Runtime.version().feature()).as("the JDK whose log this reads").isEqualTo(17);
        Log log = new Log();
        try (BufferedReader lines = Files.newBufferedReader(warmUp())) {
            lines.lines().forEach(log::add);
        }

        assertThat(log.cut).isEmpty();
        assertThat(log.nodes)
                .containsKeys(
                        "Softmax.shares",
                        "ProductOutput$QuickGeluOfRows.write",
                        "HalfTile." + (PanelFormat.FLOAT16.tile() == 8 ? "eight" : "four"));
        assertThat(log.nodes).allSatisfy((method, nodes) -> assertThat(nodes).isLessThan(NODES));
    }

    private Path warmUp() throws IOException, InterruptedException {
        Path log = directory.resolve("compilation.log");
        Path output = directory.resolve("output.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-XX:UseAVX="))
                .forEach(command::add);
        command.addAll(
                List.of(
                        "--add-modules=jdk.incubator.vector",
                        "-XX:+UseSerialGC",
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:+LogCompilation",
                        "-XX:LogFile=" + log,
                        "-cp",
                        System.getProperty("java.class.path"),
                        WarmUp.class.getName()));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(() -> read(output)).isZero();
        return log;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the second compiler, which is the one that makes registers of vectors. */
    private static final class Log {
        /** Kernels, and what they call, where the compiler gave up. */
        private final Set<String> cut = new TreeSet<>();

        /** Nodes of a kernel by the end of its last operation with vectors. */
        private final Map<String, Long> nodes = new TreeMap<>();

        private final Map<String, String> methods = new HashMap<>();
        private String kernel = "";
        private long first;
        private String called = "";

        void add(String line) {
            Matcher task = TASK.matcher(line);
            if (task.find()) {
                String type = task.group(2);
                String own = Apart.class.getPackageName() + ".";
                boolean second = !line.contains(" level='");
                kernel =
                        second && type.startsWith(own)
                                ? type.substring(own.length()) + "." + task.group(3)
                                : "";
                first = Long.parseLong(task.group(1)) << 33;
                methods.clear();
            } else if (!kernel.isEmpty()) {
                addOfKernel(line);
            }
        }

        private void addOfKernel(String line) {
            Matcher method = METHOD.matcher(line);
            Matcher call = CALL.matcher(line);
            Matcher late = LATE.matcher(line);
            if (method.find()) {
                methods.put(method.group(1), method.group(2));
            } else if (call.find()) {
                called = methods.get(call.group(1));
            } else if (line.contains("reason='NodeCountInliningCutoff'")) {
                cut.add(kernel + " calls " + called);
            } else if (late.find() && OPERATIONS.contains(methods.get(late.group(1)))) {
                nodes.merge(kernel, Long.parseLong(late.group(2)) - first, Math::max);
            }
        }
    }
}
