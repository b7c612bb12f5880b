package io.lavastream.ingest;

/** Names of the topology's nodes and stores. Store names are part of changelog topics' names: they must not change. */
final class Nodes {
    static final String FROM_QUESTIONS = "from-questions";
    static final String QUESTION_INTAKE = "question-intake";
    static final String TO_ADMISSIONS = "to-admissions";
    static final String DEAD_QUESTIONS = "dead-questions";

    static final String FROM_IMAGES = "from-images";
    static final String IMAGE_INTAKE = "image-intake";
    static final String TO_TICKETS = "to-tickets";
    static final String DEAD_IMAGES = "dead-images";

    static final String FROM_ADMISSIONS = "from-admissions";
    static final String FROM_RESOLUTIONS = "from-resolutions";
    static final String FROM_OUTCOMES = "from-outcomes";
    static final String ADMISSIONS = "admissions";
    static final String RESOLUTIONS = "resolutions";
    static final String OUTCOMES = "outcomes";
    static final String REQUEST_GATE = "request-gate";
    static final String TO_LOOKUPS = "to-lookups";
    static final String TO_REQUESTS = "to-requests";
    static final String TO_ANSWERS = "to-answers";
    static final String TO_FAILURES = "to-failures";
    static final String DEAD_GATE_RECORDS = "dead-gate-records";

    static final String FROM_TICKETS = "from-tickets";
    static final String FROM_LOOKUPS = "from-lookups";
    static final String TICKETS = "tickets";
    static final String LOOKUPS = "lookups";
    static final String IMAGE_INDEX = "image-index";
    static final String TO_RESOLUTIONS = "to-resolutions";
    static final String DEAD_INDEX_RECORDS = "dead-index-records";

    static final String REQUEST_STORE = "requests";
    static final String DEADLINE_STORE = "deadlines";
    static final String CLOSED_STORE = "closed";
    static final String IMAGE_STORE = "images";
    static final String IMAGE_EXPIRY_STORE = "image-expiry";
    static final String WAITING_STORE = "waiting";
    static final String WAITING_EXPIRY_STORE = "waiting-expiry";

    private Nodes() {}
}
