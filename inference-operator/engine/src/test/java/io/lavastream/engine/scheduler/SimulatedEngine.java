package io.lavastream.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A scheduler, a cache of letters in place of keys and values, and a clock that moves by what work should take. Checks after
 * every step what must be true.
 */
final class SimulatedEngine {
    /** A copy takes whole chunks of so many positions: whatever else is in them comes along. */
    private static final int COPIED_TOGETHER = 4;

    private final SchedulerSettings settings;
    private final Scheduler scheduler;
    private final char[][] cache;
    private final Map<Sequence, StringBuilder> texts = new HashMap<>();
    private final Map<Sequence, Integer> tokensToGo = new HashMap<>();
    private final Set<Sequence> arrived = new LinkedHashSet<>();
    private final Set<Sequence> left = new LinkedHashSet<>();
    private long promptNanos;
    private int piecesSinceDecode;

    SimulatedEngine(SchedulerSettings settings) {
        this.settings = settings;
        this.scheduler = new Scheduler(settings);
        this.cache = new char[settings.slots()][];
        Arrays.setAll(cache, slot -> new char[settings.slotLengths().get(slot)]);
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Set<Sequence> arrived() {
        return arrived;
    }

    Set<Sequence> left() {
        return left;
    }

    Sequence arrive(int lane, Instant deadline, String prompt, int tokens) {
        Sequence sequence = new Sequence(lane, deadline, Prompts.of(prompt), prompt.length());
        texts.put(sequence, new StringBuilder(prompt));
        tokensToGo.put(sequence, tokens);
        arrived.add(sequence);
        scheduler.add(sequence);
        check();
        return sequence;
    }

    /** The n-th of those present gives up. */
    void abandon(int index) {
        List<Sequence> present = present();
        if (!present.isEmpty()) {
            leave(present.get(index % present.size()));
        }
        check();
    }

    /** One piece of work, which may fail. */
    void work(boolean fails) {
        boolean someoneRan = present().stream().anyMatch(SimulatedEngine::runs);
        Optional<Work> next = scheduler.next();
        assertThat(next.isPresent()).isEqualTo(!scheduler.isEmpty());
        if (next.isPresent()) {
            checkStall(next.get(), someoneRan);
            if (fails) {
                long nanos = ScriptedWork.nanos(next.get(), settings.times());
                scheduler.failed(next.get(), nanos).forEach(this::leave);
            } else {
                succeed(next.get());
            }
        }
        check();
    }

    void drain() {
        int steps = 0;
        while (!scheduler.isEmpty()) {
            assertThat(steps++).as("steps to drain").isLessThan(100_000);
            work(false);
        }
    }

    private void checkStall(Work work, boolean someoneRan) {
        if (work instanceof Work.Decode || !someoneRan) {
            promptNanos = 0;
            piecesSinceDecode = 0;
            return;
        }
        promptNanos += ScriptedWork.nanos(work, settings.times());
        piecesSinceDecode++;
        assertThat(promptNanos)
                .as("nanoseconds of %d pieces between two steps", piecesSinceDecode)
                .isLessThanOrEqualTo(settings.longestStall().toNanos());
    }

    private void succeed(Work work) {
        write(work);
        ScriptedWork.succeed(scheduler, work, ScriptedWork.nanos(work, settings.times()));
        for (Sequence sequence : work.sequences()) {
            if (runs(sequence)) {
                checkCache(sequence);
                produce(sequence);
            }
        }
    }

    private void write(Work work) {
        if (work instanceof Work.Copy copy) {
            int from = copy.start() / COPIED_TOGETHER * COPIED_TOGETHER;
            int end = copy.start() + copy.length() + COPIED_TOGETHER - 1;
            end -= end % COPIED_TOGETHER;
            int target = copy.sequence().slot();
            assertThat(copy.fromSlot()).isNotEqualTo(target);
            System.arraycopy(cache[copy.fromSlot()], from, cache[target], from, end - from);
        } else if (work instanceof Work.Prefill prefill) {
            checkTiles(prefill);
            for (int i = prefill.start(); i < prefill.start() + prefill.length(); i++) {
                cache[prefill.sequence().slot()][i] = texts.get(prefill.sequence()).charAt(i);
            }
        } else if (work instanceof Work.Encode encode) {
            assertThat(encode.stage()).isEqualTo(encode.tile().stagesDone());
        }
    }

    /** What a prefill reads of images has been encoded. */
    private void checkTiles(Work.Prefill work) {
        Sequence sequence = work.sequence();
        int number = -1;
        for (int i = 0; i < work.start() + work.length(); i++) {
            CharSequence text = texts.get(sequence);
            if (Character.isUpperCase(text.charAt(i))) {
                number += i > 0 && text.charAt(i) == text.charAt(i - 1) ? 0 : 1;
                assertThat(i < work.start() || sequence.tile(number).isEncoded()).isTrue();
            }
        }
    }

    /** The slot holds the sequence, whoever computed which part of it. */
    private void checkCache(Sequence sequence) {
        String text = texts.get(sequence).toString();
        assertThat(new String(cache[sequence.slot()], 0, text.length())).isEqualTo(text);
    }

    /** A token more, which the next step reads; the last one is not read. */
    private void produce(Sequence sequence) {
        StringBuilder text = texts.get(sequence);
        if (tokensToGo.merge(sequence, -1, Integer::sum) == 0
                || text.length() == scheduler.slotLength(sequence)) {
            leave(sequence);
            return;
        }
        char token = (char) ('a' + text.length() % 2);
        cache[sequence.slot()][text.length()] = token;
        scheduler.read(sequence, text.length(), token);
        text.append(token);
    }

    private void leave(Sequence sequence) {
        scheduler.finish(sequence);
        assertThat(left.add(sequence)).as("leaves once").isTrue();
    }

    private void check() {
        Set<Integer> taken = new HashSet<>();
        Map<Integer, Integer> later = new HashMap<>();
        int holding = 0;
        for (Sequence sequence : present()) {
            if (sequence.holdsSlot()) {
                assertThat(taken.add(sequence.slot())).as("slot held once").isTrue();
                assertThat(sequence.slot()).isBetween(0, settings.slots() - 1);
                holding++;
                if (sequence.lane() > 0) {
                    later.merge(cache[sequence.slot()].length, 1, Integer::sum);
                }
            }
        }
        checkReservation(later);
        assertThat(scheduler.holdingSlots()).isEqualTo(holding);
        assertThat(scheduler.waiting()).isEqualTo(present().size() - holding);
    }

    /** @param held slots that the lanes behind the first hold, by length */
    private void checkReservation(Map<Integer, Integer> held) {
        int reserved = settings.reservedSlots();
        int all = held.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(all).isLessThanOrEqualTo(settings.slots() - reserved);
        held.forEach(
                (length, count) -> {
                    int slots = Collections.frequency(settings.slotLengths(), length);
                    assertThat(reserved == 0 || slots == 1 || count < slots)
                            .as("a slot of %d positions left for the first lane", length)
                            .isTrue();
                });
    }

    private List<Sequence> present() {
        return arrived.stream().filter(sequence -> !left.contains(sequence)).toList();
    }

    private static boolean runs(Sequence sequence) {
        return sequence.state() == Sequence.State.RUNNING;
    }
}
