/** Programs that show how the engine is used. They are compiled and run with the tests. */
package io.lavastream.engine.examples;
