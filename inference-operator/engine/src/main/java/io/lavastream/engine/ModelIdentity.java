package io.lavastream.engine;

/**
 * What answered.
 *
 * @param name the model's name, by default that of its directory
 * @param revision digest over config, tokenizer and weight index: equal revisions answer equally
 * @param template the conversation template in use
 * @param imageMode the image preprocessing in use: {@code pad}, {@code crop}, {@code anyres} or {@code hd}
 */
public record ModelIdentity(String name, String revision, String template, String imageMode) {}
