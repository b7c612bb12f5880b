package io.lavastream.engine.tokenizer;

import static io.lavastream.engine.tokenizer.SmallTokenizer.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    private static final Tokenizer TOKENIZER = SmallTokenizer.create();

    @Test
    void dropsTheFirstLeadingSpaceOnly() {
        TextStream stream = new TextStream(TOKENIZER, List.of());

        assertThat(stream.append(SmallTokenizer.BOS)).isEmpty();
        assertThat(stream.append(id("▁ab"))).isEqualTo("ab");
        assertThat(stream.append(id("▁ab"))).isEqualTo(" ab");
    }

    @Test
    void holdsAnIncompleteCharacterBack() {
        TextStream stream = new TextStream(TOKENIZER, List.of());

        assertThat(stream.append(byteToken(0xC3))).isEmpty();
        assertThat(stream.append(byteToken(0xB1))).isEqualTo("ñ");
        assertThat(stream.append(byteToken(0xE2))).isEmpty();
        assertThat(stream.append(byteToken(0x82))).isEmpty();
        assertThat(stream.finish()).isEqualTo("\uFFFD\uFFFD");
    }

    @Test
    void holdsThePossibleBeginningOfAStopBack() {
        TextStream stream = new TextStream(TOKENIZER, List.of("bcc"));

        assertThat(stream.append(id("ab"))).isEqualTo("a");
        assertThat(stream.append(id("c"))).isEmpty();
        assertThat(stream.append(id("a"))).isEqualTo("bca");
        assertThat(stream.stopped()).isFalse();
    }

    @Test
    void endsBeforeTheStop() {
        TextStream stream = new TextStream(TOKENIZER, List.of("bc"));

        assertThat(stream.append(id("ab"))).isEqualTo("a");
        assertThat(stream.append(id("c"))).isEmpty();
        assertThat(stream.stopped()).isTrue();
        assertThat(stream.append(id("a"))).isEmpty();
        assertThat(stream.finish()).isEmpty();
    }

    @Test
    void givesTheHeldEndOutWhenFinished() {
        TextStream stream = new TextStream(TOKENIZER, List.of("bc"));

        assertThat(stream.append(id("ab")) + stream.finish()).isEqualTo("ab");
        assertThat(stream.stopped()).isFalse();
    }

    @Test
    void refusesAnEmptyStop() {
        assertThatThrownBy(() -> new TextStream(TOKENIZER, List.of("")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Pieces joined are what a simple reading of the whole gives, wherever the tokens split it. */
    @Property
    void joinsToTheWholeText(
            @ForAll @Size(max = 40)
                    List<@IntRange(max = SmallTokenizer.FIRST_PIECE + 14) Integer> ids,
            @ForAll @Size(max = 3)
                    List<@StringLength(min = 1, max = 4) @CharRange(from = 'a', to = 'c') String>
                            stops) {
        assertJoins(ids, stops);
    }

    /** As above over an alphabet so small that stops appear often. */
    @Property
    void joinsToTheWholeTextWithManyStops(
            @ForAll @Size(max = 40)
                    List<
                                    @IntRange(
                                            min = SmallTokenizer.FIRST_PIECE,
                                            max = SmallTokenizer.FIRST_PIECE + 7)
                                    Integer>
                            ids,
            @ForAll @Size(min = 1, max = 3)
                    List<@StringLength(min = 1, max = 6) @CharRange(from = 'a', to = 'c') String>
                            stops) {
        assertJoins(ids, stops);
    }

    /** One token a byte, or one for several: the text is the same. */
    @Property
    void doesNotDependOnTheSplit(
            @ForAll @Size(max = 30) List<@IntRange(min = 0, max = 255) Integer> values,
            @ForAll @IntRange(max = 30) int split) {
        byte[] bytes = new byte[values.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = values.get(i).byteValue();
        }
        int middle = Math.min(split, bytes.length);
        Utf8Decoder whole = new Utf8Decoder();
        Utf8Decoder parts = new Utf8Decoder();

        String expected = whole.append(bytes) + whole.finish();
        String joined =
                parts.append(Arrays.copyOf(bytes, middle))
                        + parts.append(Arrays.copyOfRange(bytes, middle, bytes.length))
                        + parts.finish();

        assertThat(joined).isEqualTo(expected);
    }

    @Property
    void decodesValidTextAsTheJdkDoes(@ForAll String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Utf8Decoder decoder = new Utf8Decoder();

        assertThat(decoder.append(bytes) + decoder.finish())
                .isEqualTo(new String(bytes, StandardCharsets.UTF_8));
    }

    private static void assertJoins(List<Integer> ids, List<String> stops) {
        TextStream stream = new TextStream(TOKENIZER, stops);
        List<String> pieces = new ArrayList<>();
        ids.forEach(id -> pieces.add(stream.append(id)));
        pieces.add(stream.finish());

        String whole = decodeAtOnce(ids);
        assertThat(String.join("", pieces)).isEqualTo(untilFirstStop(whole, stops));
        assertThat(stream.stopped()).isEqualTo(stops.stream().anyMatch(whole::contains));
    }

    private static String decodeAtOnce(List<Integer> ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ids.forEach(id -> bytes.writeBytes(TOKENIZER.bytes(id)));
        Utf8Decoder decoder = new Utf8Decoder();
        String text = decoder.append(bytes.toByteArray()) + decoder.finish();
        return text.startsWith(" ") ? text.substring(1) : text;
    }

    /** The text before the stop that is complete first, found by trying every end. */
    private static String untilFirstStop(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String beginning = text.substring(0, end);
            int longest =
                    stops.stream()
                            .filter(beginning::endsWith)
                            .mapToInt(String::length)
                            .max()
                            .orElse(0);
            if (longest > 0) {
                return text.substring(0, end - longest);
            }
        }
        return text;
    }

    private static int byteToken(int value) {
        return 3 + value;
    }
}
