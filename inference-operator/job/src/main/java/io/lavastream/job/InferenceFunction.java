package io.lavastream.job;

import io.lavastream.engine.CheckpointException;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.job.images.ImageStore;
import io.lavastream.job.images.RoutingImageStore;
import io.lavastream.job.images.TicketReader;
import io.lavastream.job.images.UriFetcher;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.serialization.AvroSafety;
import io.lavastream.topics.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.util.IOUtils;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Flink side of a lane: opens what a request needs, and remembers over restarts which requests were answered.
 *
 * <p>The requests in progress are in Flink's own state. Beside them a checkpoint holds where the lane's outcomes ended
 * when it was taken, and what was still to be skipped. An outcome of any request that such a checkpoint brings back is
 * behind that end, or still to be skipped: a restored job reads on from there, and without a checkpoint from the
 * beginning.
 */
final class InferenceFunction extends RichAsyncFunction<InferenceRequest, Outcome>
        implements CheckpointedFunction, ResultTypeQueryable<Outcome> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(InferenceFunction.class);

    /** Opening may wait for brokers longer than a checkpoint, which takes the last known offsets instead. */
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofSeconds(2);

    static {
        AvroSafety.install();
    }

    private final JobConfig config;
    private final Lane lane;
    private final EngineSupplier supplier;
    private final Clock clock = Clock.systemUTC();

    private transient ListState<OutcomeOffset> offsetState;
    private transient ListState<AnsweredRequest> answeredState;
    private transient Map<Integer, Long> outcomeOffsets;
    private transient AnsweredRequests answered;

    private transient Optional<ReadableConfig> taskManager;
    private transient Set<ExternalResourceInfo> gpus;
    private transient OutcomeTopic outcomes;
    private transient SharedEngine.Lease lease;
    private transient ImageStore images;
    private transient RequestHandler handler;

    InferenceFunction(JobConfig config, Lane lane, EngineSupplier supplier) {
        this.config = config;
        this.lane = lane;
        this.supplier = supplier;
    }

    @Override
    public TypeInformation<Outcome> getProducedType() {
        return new AvroType<>(Outcome.class);
    }

    /** What functions see later is another context, which does not know the TaskManager. */
    @Override
    public void setRuntimeContext(RuntimeContext context) {
        super.setRuntimeContext(context);
        taskManager = TaskMemory.settings(context);
        gpus = context.getExternalResourceInfos(TaskManagerGpu.RESOURCE);
    }

    /** Subtasks may have other requests after a restore, so that each needs what all of them wrote down. */
    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        offsetState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "outcome-offsets",
                                        TypeInformation.of(OutcomeOffset.class)));
        answeredState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "answered-requests",
                                        TypeInformation.of(AnsweredRequest.class)));
        outcomeOffsets = new HashMap<>();
        for (OutcomeOffset offset : offsetState.get()) {
            outcomeOffsets.merge(offset.partition(), offset.offset(), Math::min);
        }
        answered = new AnsweredRequests();
        for (AnsweredRequest request : answeredState.get()) {
            answered.add(request);
        }
    }

    @Override
    public void open(OpenContext context) {
        outcomes = new OutcomeTopic(lane.name(), config.kafka(), config.registry());
        outcomeOffsets = outcomes.readInto(answered, outcomeOffsets, OPEN_TIMEOUT);
        try {
            EngineSupplier here = TaskManagerGpu.of(gpus).apply(supplier);
            requireMemory(here);
            lease = SharedEngine.lease(here, lane.capacity());
        } catch (IllegalStateException | IllegalArgumentException | CheckpointException e) {
            throw new SuppressRestartsException(e); // Settings: trying again does not help.
        }
        EngineGauges.register(getRuntimeContext().getMetricGroup(), lease.engine());
        images = openImages();
        handler =
                new RequestHandler(
                        lane.name(),
                        lease.entrance(),
                        images,
                        answered,
                        new JobMetrics(getRuntimeContext().getMetricGroup(), lane.name()),
                        config.requestTimeout(),
                        config.images().timeout(),
                        clock);
    }

    /** Asked only where it matters: the model's headers are read for it. */
    private void requireMemory(EngineSupplier supplier) {
        if (taskManager.isPresent() && TaskMemory.isLimited(taskManager.get())) {
            TaskMemory.require(supplier.nativeBytes(), taskManager.get());
        }
    }

    private ImageStore openImages() {
        String name = "lavastream-" + lane.name();
        TicketReader tickets =
                new TicketReader(
                        name,
                        config.kafka(),
                        config.registry(),
                        config.images().readers(),
                        // One a request; those that timed out may still stand in the queue.
                        2 * lane.capacity(),
                        config.images().cacheBytes(),
                        clock);
        UriFetcher uris = new UriFetcher(name, config.images().uris(), lane.capacity(), clock);
        return new RoutingImageStore(tickets, uris);
    }

    @Override
    public void asyncInvoke(InferenceRequest request, ResultFuture<Outcome> output) {
        handler.handle(request, output);
    }

    @Override
    public void timeout(InferenceRequest request, ResultFuture<Outcome> output) {
        handler.expire(request, output);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        try {
            outcomeOffsets = outcomes.endOffsets(CHECKPOINT_TIMEOUT);
        } catch (KafkaException e) {
            // Earlier offsets are as right: a restored job then reads more than it must.
            LOG.warn(
                    "end of {} is not known: {}",
                    Topics.outcomes(lane.name()).name(),
                    e.toString());
        }
        List<OutcomeOffset> offsets = new ArrayList<>();
        outcomeOffsets.forEach(
                (partition, offset) -> offsets.add(new OutcomeOffset(partition, offset)));
        offsetState.update(offsets);

        Instant oldest = clock.instant().minus(Topics.requests(lane.name()).retention());
        // A segment may keep older ones a little longer: the gate drops their second outcome.
        answered.dropBefore(oldest);
        answeredState.update(answered.entries());
    }

    /** Requests in progress end without an outcome, then images, then the share in the engine. */
    @Override
    public void close() {
        IOUtils.closeAllQuietly(handler, images, lease, outcomes);
    }
}
