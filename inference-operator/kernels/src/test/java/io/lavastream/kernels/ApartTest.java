package io.lavastream.kernels;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the JIT compiler makes of the kernels, as it says itself ({@code -XX:+LogCompilation}) in a JVM that warms them up. */
class ApartTest {
    /** Of 18 000. How many it takes differs by some hundred, with what was called before. */
    private static final long NODES = 17_500;

    @TempDir Path directory;

    /** What is warmed up. */
    static final class WarmUp {
        private WarmUp() {}

        public static void main(String[] arguments) {
            for (int i = 0; i < 3; i++) {
                KernelWarmUp.run(
                        new KernelThreads(2),
                        EnumSet.allOf(PanelFormat.class),
                        Duration.ofMinutes(1),
                        System::nanoTime);
            }
            System.exit(0);
        }
    }

    /** With the code that is made at start, which leaves some loops to others, and by the JVM alone. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noMethodIsMoreThanTheCompilerTakesIn(boolean streams) throws Exception {
        assumeThat(streams && StreamUnit.INSTANCE.isEmpty()).as("there is such code").isFalse();
        assumeThat(Runtime.version().feature()).as("the JDK whose log this reads").isEqualTo(17);
        assumeThat(System.getProperty("java.vm.name")).as("likewise").contains("Server VM");
        CompilationLog log = new CompilationLog();
        // Paths in it are in the system's encoding.
        try (BufferedReader lines = Files.newBufferedReader(warmUp(streams), ISO_8859_1)) {
            lines.lines().forEach(log::add);
        }

        assertThat(log.cut()).isEmpty();
        assertThat(log.nodes())
                .containsKeys(
                        "ByteTile.twin",
                        "PieceTile." + name(PanelTile.ROWS),
                        "ValueTile." + name(ValueTile.QUERIES),
                        "CacheTile.four",
                        "CacheTile.eight",
                        "FreshRows.rotate",
                        "Softmax.max",
                        "Softmax.shares",
                        "Softmax.sharesOfColumns",
                        "ProductOutput$Plain.write",
                        "ProductOutput$PlainOfRows.write",
                        "ProductOutput$QuickGeluOfRows.write",
                        "ProductOutput$SwiGluOfRows.write");
        if (PanelFormat.FLOAT16.rowsAtOnce() > PanelFormat.FEW) {
            String most = name(PanelFormat.FLOAT16.tile());
            assertThat(log.nodes()).containsKeys("HalfTile." + most, "PanelTile." + most);
        }
        if (!streams) {
            assertThat(log.nodes())
                    .containsKeys(
                            "FewTile." + name(PanelFormat.FLOAT16.tile()),
                            "HalfTile.twin",
                            "PanelTile.twin");
        }
        if (TileUnit.INSTANCE.isPresent()) {
            assertThat(log.nodes()).containsKeys("Bfloat16Parts.two", "Bfloat16Parts.three");
        }
        assertThat(log.nodes()).allSatisfy((method, nodes) -> assertThat(nodes).isLessThan(NODES));
    }

    /** What the loop of so many rows is called. */
    private static String name(int rows) {
        return Map.of(2, "two", 4, "four", 6, "six", 8, "eight").get(rows);
    }

    private Path warmUp(boolean streams) throws IOException, InterruptedException {
        Path log = directory.resolve("compilation.log");
        Path output = directory.resolve("output.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(
                        argument ->
                                argument.matches("-XX:(UseAVX|MaxVectorSize)=.*|-Dlavastream[.].*"))
                .forEach(command::add);
        command.addAll(
                List.of(
                        "--add-modules=jdk.incubator.vector",
                        "-Dlavastream.kernels.streams=" + streams,
                        "-XX:+UseSerialGC",
                        "-Xbatch", // what is asked for is compiled before the JVM ends
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
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(() -> read(output)).isZero();
            return log;
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
