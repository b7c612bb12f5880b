package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a pickle may not do. */
class TorchPickleTest {
    private static final Path FILE = Path.of("pytorch_model.bin");

    /** Several times what a good file of this size needs; no header may ask for more. */
    private static final long MAX_ALLOCATED = 24 << 20;

    @TempDir Path directory;

    /** Each of these runs a command, or reads a file, in Python. */
    @ParameterizedTest
    @CsvSource({
        "os, system",
        "posix, system",
        "builtins, eval",
        "__builtin__, exec",
        "subprocess, Popen",
        "runpy, _run_code",
        "torch.hub, load",
        "torch, load",
        "torch.storage, _load_from_bytes",
        "torch.jit, load",
        "collections, OrderedDict.fromkeys",
        "torch._utils, _rebuild_tensor",
        "java.lang, Runtime",
        "numpy.core.multiarray, _reconstruct"
    })
    void refusesAGlobalByItsName(String module, String name) {
        byte[] pickle =
                new PickleWriter().global(module, name).text("touch owned").raw(0x85, 'R').stop();

        assertRefused(
                pickle,
                "pickle: global %s.%s (expected: one that describes tensors)"
                        .formatted(module, name));
    }

    /** Opcodes that build objects, or that other protocols write. */
    @ParameterizedTest
    @CsvSource({
        "i, 0x69",
        "o, 0x6f",
        "\u0081, 0x81",
        "\u0092, 0x92",
        "\u0093, 0x93",
        "\u0082, 0x82",
        "P, 0x50",
        "d, 0x64",
        "l, 0x6c",
        "I, 0x49",
        "S, 0x53",
        "T, 0x54",
        "\u008b, 0x8b",
        "\u0095, 0x95",
        "\u008c, 0x8c",
        "\u0094, 0x94",
        "0, 0x30",
        "2, 0x32",
        "1, 0x31"
    })
    void refusesEveryOtherOpcode(String opcode, String shown) {
        assertRefused(
                new PickleWriter().raw(opcode.charAt(0)).stop(),
                "pickle: opcode %s at byte 2 (expected: one that describes tensors)"
                        .formatted(shown));
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                arguments(new byte[0], "ends without a STOP opcode"),
                arguments(
                        new byte[] {(byte) 0x80, 4, '}', '.'}, "protocol 4 (expected: protocol 2"),
                arguments(new PickleWriter().stop(), "a value is used where there is none"),
                arguments(new PickleWriter().raw('N').stop(), "None (expected: a dictionary of"),
                arguments(new PickleWriter().raw('}', '}').stop(), "1 values left at STOP"),
                arguments(new PickleWriter().raw('}', '(').stop(), "is used where there is none"),
                arguments(new PickleWriter().raw('h', 5).stop(), "memo 5 is read, but was not"),
                arguments(new PickleWriter().raw('t').stop(), "a mark that was not set"),
                arguments(new PickleWriter().raw('}', 'N', 'N', 's').stop(), "a key that is None"),
                arguments(new PickleWriter().raw('}', '(', 'N', 'u').stop(), "without a value"),
                arguments(new PickleWriter().raw('N', 'N', 'a').stop(), "values added to None"),
                arguments(new PickleWriter().raw(')', 'N', 'a').stop(), "values added to a tuple"),
                arguments(new PickleWriter().raw('N', 'N', 'R').stop(), "arguments: None"),
                arguments(new PickleWriter().raw('N', ')', 'R').stop(), "a call of None"),
                arguments(new PickleWriter().raw('N', 'Q').stop(), "a storage: None"),
                arguments(new PickleWriter().raw('N', '}', 'b').stop(), "attributes for None"),
                arguments(new PickleWriter().raw('X', 255, 255, 255, 127).stop(), "a text of"),
                arguments(new PickleWriter().raw('X', 1, 0, 0, 0, 255).stop(), "not UTF-8"),
                arguments(new PickleWriter().raw(0x8a, 9).stop(), "an integer of 9 bytes"),
                arguments(
                        new PickleWriter().raw('}').text("t").raw('K', 1, 's').stop(),
                        "t: a number (expected: a tensor)"),
                arguments(
                        new PickleWriter().raw('}').text("a\nb").raw('N', 's').stop(),
                        "a name is empty or has control characters"),
                arguments(
                        new PickleWriter()
                                .raw('}', '(')
                                .text("a\nb")
                                .raw('N')
                                .text("a\nb")
                                .raw('N', 'u')
                                .stop(),
                        "key \"a\\nb\" twice"),
                arguments(
                        new PickleWriter().global("torch", "FloatStorage").raw(')', 'R').stop(),
                        "a call of a TensorType"),
                arguments(
                        new PickleWriter()
                                .global("torch._utils", "_rebuild_tensor_v2")
                                .raw(')', 'R')
                                .stop(),
                        "_rebuild_tensor_v2: 0 parts (expected: 6)"),
                arguments(
                        new PickleWriter()
                                .raw('(')
                                .text("module")
                                .global("torch", "FloatStorage")
                                .text("0")
                                .text("cpu")
                                .number(1)
                                .raw('t', 'Q')
                                .stop(),
                        "a storage of other parts"),
                arguments(
                        new PickleWriter()
                                .storage(new TorchStorage("../../0", TensorType.F32, 1))
                                .stop(),
                        "a storage of other parts"),
                arguments(
                        new PickleWriter()
                                .storage(new TorchStorage("0", TensorType.F32, Long.MAX_VALUE))
                                .stop(),
                        "a storage of other parts"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWhatIsNoDictionaryOfTensors(byte[] pickle, String message) {
        assertRefused(pickle, message);
    }

    @Test
    void refusesANameOfAGlobalThatDoesNotEnd() {
        byte[] pickle = new byte[10_000];
        Arrays.fill(pickle, (byte) 'c');

        assertRefused(pickle, "a name with byte 99 (expected: at most 256 printable characters)");
    }

    /** A million nested lists, tuples or marks are values like others: nothing recurses. */
    @ParameterizedTest
    @CsvSource({"], a stack of more than 50000", "(, a stack of more than 50000"})
    void refusesToGrowWithoutLimit(char opcode, String message) {
        byte[] pickle = new byte[1_000_000];
        Arrays.fill(pickle, (byte) opcode);

        assertRefused(pickle, message);
    }

    @Test
    void refusesTooManyOpcodesAndTooManyBytes() {
        byte[] pickle = new byte[1_000_001];
        for (int i = 0; i < pickle.length; i++) {
            pickle[i] = (byte) (i == 0 ? ')' : i % 2 == 0 ? 7 : 'q');
        }
        assertRefused(Arrays.copyOf(pickle, 1_000_001), "more than 500000 opcodes");

        assertRefused(new byte[(4 << 20) + 1], "4194305 bytes (expected: at most 4194304)");
    }

    /** A tuple of tuples of tuples, a thousand deep, and a dictionary that contains itself. */
    @Test
    void depthAndCyclesDoNoHarm() {
        PickleWriter deep = new PickleWriter().raw(')');
        for (int i = 0; i < 100_000; i++) {
            deep.raw(0x85);
        }
        assertRefused(deep.stop(), "a tuple (expected: a dictionary of tensors)");

        byte[] cycle = new PickleWriter().raw('}', 'q', 0).text("t").raw('h', 0, 's').stop();
        assertRefused(cycle, "t: a dictionary (expected: a tensor)");
    }

    /** Only what describes the tensors is changed, never their values. */
    @Test
    @Timeout(120)
    void aMutatedFileIsRefusedOrRead() throws IOException {
        Path file = directory.resolve("pytorch_model.bin");
        TorchWriter.write(file, new OriginalCheckpoint(new TinyCheckpoint(1)).tensors());
        byte[] good = Files.readAllBytes(file);
        int[] places = places(file, good.length);
        Random random = new Random(5);
        int refused = 0;

        for (int i = 0; i < 300; i++) {
            byte[] mutated = good.clone();
            for (int change = 0; change <= i % 3; change++) {
                mutated[places[random.nextInt(places.length)]] = (byte) random.nextInt(256);
            }
            Files.write(file, mutated);
            long before = allocated();
            try (WeightFile torch = TorchFile.open(file)) {
                torch.tensors().values().forEach(tensor -> readIfFloat(torch, tensor));
            } catch (CheckpointException e) {
                refused++;
                assertThat(e.getMessage()).startsWith(file + ": ").contains("(expected: ");
                assertThat(e.getMessage().lines()).hasSize(1);
                assertThat(e.getMessage()).hasSizeLessThan(10_000);
            }
            assertThat(allocated() - before).isLessThan(MAX_ALLOCATED);
        }

        assertThat(refused).isBetween(150, 299);
    }

    /** Every byte of the file that is in no tensor. */
    private static int[] places(Path file, int length) {
        boolean[] data = new boolean[length];
        try (WeightFile torch = TorchFile.open(file)) {
            for (TensorInfo tensor : torch.tensors().values()) {
                Arrays.fill(
                        data,
                        (int) tensor.position(),
                        (int) (tensor.position() + tensor.bytes()),
                        true);
            }
        }
        return IntStream.range(0, length).filter(i -> !data[i]).toArray();
    }

    private static void readIfFloat(WeightFile torch, TensorInfo tensor) {
        if (tensor.type().isFloat()) {
            torch.read(tensor, (offset, values, count) -> assertThat(count).isPositive());
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static void assertRefused(byte[] pickle, String message) {
        assertThatThrownBy(() -> TorchPickle.read(FILE, pickle))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(FILE + ": pickle: ")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }
}
