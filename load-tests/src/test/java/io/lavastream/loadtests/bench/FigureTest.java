package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.loadtests.bench.Goal.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Figures, their goals, and how they are written. */
class FigureTest {
    @Test
    void aLineOfJsonHasWhatTheFigureHas() {
        Figure figure =
                Figure.of("decode", 45.678912, "tokens/s")
                        .withSequences(8)
                        .withFloorRatio(OptionalDouble.of(1.5))
                        .withPeerRatio(OptionalDouble.of(1.149))
                        .withGoal(Optional.of(Goal.atLeast(Part.PEER_RATIO, 1.15)));

        assertThat(FigureJson.line(figure).replace('"', '|'))
                .isEqualTo(
                        "{|figure|:|decode|,|value|:45.68,|unit|:|tokens/s|,|sequences|:8,"
                                + "|floor_ratio|:1.5,|peer_ratio|:1.149,"
                                + "|goal|:|peer_ratio >= 1.15|,|met|:false}");
    }

    @Test
    void whatAFigureDoesNotHaveIsLeftOut() {
        assertThat(FigureJson.line(Figure.of("load", 12_345.6, "s")))
                .isEqualTo("{\"figure\":\"load\",\"value\":12346.0,\"unit\":\"s\"}");
    }

    @Test
    void theTableSaysWhichGoalWasMissed() {
        Figure figure =
                Figure.of("gap", 512, "ms")
                        .withGoal(Optional.of(Goal.atMost(Part.VALUE, 334.5678)));

        assertThat(FigureTable.line(figure)).endsWith("value <= 334.6: MISSED");
    }

    @Test
    void theBoundItselfMeetsTheGoal() {
        assertThat(Goal.atMost(Part.VALUE, 3).metBy(Figure.of("x", 3, "ms"))).contains(true);
        assertThat(Goal.atMost(Part.VALUE, 3).metBy(Figure.of("x", 3.01, "ms"))).contains(false);
        assertThat(Goal.atLeast(Part.VALUE, 3).metBy(Figure.of("x", 3, "ms"))).contains(true);
        assertThat(Goal.atLeast(Part.VALUE, 3).metBy(Figure.of("x", 2.99, "ms"))).contains(false);
    }

    @Test
    void aGoalAboutWhatWasNotMeasuredIsNeitherMetNorMissed() {
        Figure figure =
                Figure.of("decode", 1, "tokens/s")
                        .withGoal(Optional.of(Goal.atLeast(Part.PEER_RATIO, 1.15)));

        assertThat(figure.met()).isEmpty();
    }

    @Test
    void aNumberThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Figure.of("gap", Double.NaN, "ms"))
                .hasMessage("gap: NaN ms (expected: a finite number)");
    }

    @Test
    void theReportKnowsWhatWasMissed() {
        List<Figure> seen = new ArrayList<>();
        Report report = new Report(Goals.of(settings(ModelShape.SMALL, WeightType.F32)), seen::add);

        report.add(Figure.of("vision", 3, "s/image").withFloorRatio(OptionalDouble.of(1.16)));
        report.add(Figure.of("prefill", 3, "s").withFloorRatio(OptionalDouble.of(1.2)));
        report.add(Figure.of("decode", 40, "tokens/s").withSequences(8));
        report.add(Figure.of("load", 3, "s"));

        assertThat(report.missed()).extracting(Figure::name).containsExactly("vision");
        assertThat(seen).isEqualTo(report.figures()).hasSize(4);
    }

    @Test
    void theReportKnowsWhichGoalsWereNotMeasured() {
        Report report =
                new Report(Goals.of(settings(ModelShape.SMALL, WeightType.F32)), figure -> {});

        report.add(Figure.of("vision", 3, "s/image").withFloorRatio(OptionalDouble.of(1.16)));
        report.add(Figure.of("decode", 40, "tokens/s").withSequences(8));
        report.add(
                Figure.of("own", 1, "s").withGoal(Optional.of(Goal.atMost(Part.FLOOR_RATIO, 2))));

        assertThat(report.unmeasured())
                .contains(
                        "decode@16: peer_ratio >= 1.15", // not there at all
                        "decode@8: peer_ratio >= 1.15", // there, without a peer
                        "own: floor_ratio <= 2",
                        "prefill: floor_ratio <= 1.25")
                .noneMatch(goal -> goal.startsWith("vision"));
        assertThat(new Report(Goals.none(), figure -> {}).unmeasured()).isEmpty();
    }

    @Test
    void otherModelsHaveNoSpeedGoals() {
        Figure slow = Figure.of("vision", 3, "s/image").withFloorRatio(OptionalDouble.of(9));

        assertThat(Goals.of(settings(ModelShape.SMALL, WeightType.F32)).on(slow).goal())
                .isPresent();
        assertThat(Goals.of(settings(ModelShape.SMALL, WeightType.FP16)).on(slow).goal())
                .isPresent();
        assertThat(Goals.of(settings(ModelShape.SMALL, WeightType.INT8)).on(slow).goal()).isEmpty();
        assertThat(Goals.of(settings(ModelShape.TINY, WeightType.F32)).on(slow).goal()).isEmpty();
    }

    @Test
    void aStepBelongsToTheLongestGap() {
        assertThat(Goals.gap(50).metBy(Figure.of("gap", 350, "ms"))).contains(true);
        assertThat(Goals.gap(50).metBy(Figure.of("gap", 351, "ms"))).contains(false);
    }

    private static BenchSettings settings(ModelShape shape, WeightType weights) {
        return new BenchSettings(
                shape,
                weights,
                16,
                8,
                640,
                32,
                1,
                2,
                Set.of(Stage.DECODE),
                false,
                false,
                OptionalInt.empty(),
                Path.of("unused"));
    }
}
