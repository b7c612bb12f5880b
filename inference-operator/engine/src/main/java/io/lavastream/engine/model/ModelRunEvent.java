package io.lavastream.engine.model;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A run of TensorFlow, for the JDK's Flight Recorder; costs nothing where nobody records. */
@Name(RunTrace.EVENT)
@Label("TensorFlow run")
@Category("Lavastream")
@StackTrace(false)
final class ModelRunEvent extends Event {}
