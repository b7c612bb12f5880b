/**
 * Holds the engine against a directory of reference results: every case that the directory has, on
 * the classes that serve requests. Nothing here knows a model or a case by name.
 */
package io.lavastream.engine.fidelity;
