#!/usr/bin/env python3
"""What run.sh compares with: Hugging Face transformers' generate, on the shapes and lengths of `bench device`.

Random weights, in bfloat16 on a GPU; each batch is prompts of one length with an image each, answered at full length.
Prints JSON lines, and with --ours, the figures of Lavastream, the ratio of the best rates. Ends with 3 if that misses
its goal, or if one of the two rates is missing.
"""

import argparse
import json
import sys
import time

import torch
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

IMAGE_TOKEN = 32000
GOAL = 3.0

# hidden, feed-forward, layers, heads of the language model; then of the vision tower, and its image and patch sizes.
SHAPES = {
    "tiny": ((96, 256, 3, 6), (64, 128, 4, 4, 336, 14)),
    "small": ((1024, 2816, 16, 16), (1024, 4096, 24, 16, 336, 14)),
    "medium": ((2048, 5632, 16, 16), (1024, 4096, 24, 16, 336, 14)),
    "7b": ((4096, 11008, 32, 32), (1024, 4096, 24, 16, 336, 14)),
    "13b": ((5120, 13824, 40, 40), (1024, 4096, 24, 16, 336, 14)),
}


def numbers(text):
    return [int(part) for part in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=["gpu", "cpu"], default="gpu")
    parser.add_argument("--shape", choices=sorted(SHAPES), default="7b")
    parser.add_argument("--weights", choices=["f32", "fp16", "bf16"], default="bf16")
    parser.add_argument("--prompt-tokens", type=int, default=630)
    parser.add_argument("--short-tokens", type=int, default=3)
    parser.add_argument("--caption-tokens", type=int, default=100)
    parser.add_argument("--decode-at", type=numbers, default=[1, 32, 128])
    parser.add_argument("--concurrency", type=numbers, default=[1, 8, 32, 64, 128])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--ours", help="file of JSON lines of bench device")
    return parser.parse_args()


def model(shape, dtype, device):
    (hidden, wide, layers, heads), (v_hidden, v_wide, v_layers, v_heads, side, patch) = SHAPES[shape]
    text = LlamaConfig(
        vocab_size=32064,
        hidden_size=hidden,
        intermediate_size=wide,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=4096,
    )
    vision = CLIPVisionConfig(
        hidden_size=v_hidden,
        intermediate_size=v_wide,
        num_hidden_layers=v_layers,
        num_attention_heads=v_heads,
        image_size=side,
        patch_size=patch,
    )
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_index=IMAGE_TOKEN)
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            made = LlavaForConditionalGeneration(config)
    finally:
        torch.set_default_dtype(before)
    return made.to(dtype).eval(), side, (side // patch) ** 2


def batch(size, positions, image_tokens, side, dtype, device):
    text = max(1, positions - image_tokens)
    ids = torch.randint(10, 30000, (size, text + image_tokens), device=device)
    ids[:, 1 : 1 + image_tokens] = IMAGE_TOKEN
    return {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "pixel_values": torch.randn(size, 3, side, side, dtype=dtype, device=device),
    }


def seconds(made, inputs, new_tokens, device):
    def synchronize():
        if device == "cuda":
            torch.cuda.synchronize()

    synchronize()
    begin = time.perf_counter()
    with torch.inference_mode():
        made.generate(**inputs, do_sample=False, max_new_tokens=new_tokens, min_new_tokens=new_tokens, pad_token_id=0)
    synchronize()
    return time.perf_counter() - begin


def say(name, value, unit, sequences=None, **more):
    line = {"figure": name, "value": float(f"{value:.4g}"), "unit": unit}
    if sequences is not None:
        line["sequences"] = sequences
    print(json.dumps({**line, **more}), flush=True)


def rates(made, name, new_tokens, options, context):
    best = 0.0
    for size in options.concurrency:
        try:
            inputs = batch(size, options.prompt_tokens, **context)
            seconds(made, inputs, min(new_tokens, 3), context["device"])
            taken = sum(seconds(made, inputs, new_tokens, context["device"]) for _ in range(options.rounds))
        except torch.cuda.OutOfMemoryError:
            print(f"transformers: {size} sequences do not fit", file=sys.stderr)
            break
        rate = size * options.rounds / taken
        say(f"transformers_{name}", rate, "answers/s", size)
        best = max(best, rate)
    say(f"transformers_{name}_best", best, "answers/s")
    return best


def decode(made, options, context):
    """A step is the difference of two answers over the difference of their lengths."""
    for size in options.decode_at:
        try:
            inputs = batch(size, options.prompt_tokens, **context)
            seconds(made, inputs, 3, context["device"])
            long = seconds(made, inputs, 35, context["device"])
            short = seconds(made, inputs, 3, context["device"])
        except torch.cuda.OutOfMemoryError:
            print(f"transformers: {size} sequences do not fit", file=sys.stderr)
            return
        say("transformers_decode_step", (long - short) / 32 * 1000, "ms", size)


def compare(best, ours):
    met = True
    found = {}
    with open(ours, encoding="utf-8") as lines:
        for line in lines:
            figure = json.loads(line)
            found[figure["figure"]] = figure["value"]
    for name, theirs in best.items():
        ours_best = found.get(f"{name}_best", 0)
        if ours_best <= 0 or theirs <= 0:
            missing = "transformers" if ours_best > 0 else "Lavastream"
            print(f"transformers: {name}: no rate of {missing} (expected: one to compare)", file=sys.stderr)
            met = False
            continue
        ratio = ours_best / theirs
        met = met and ratio >= GOAL
        say(f"{name}_over_transformers", ratio, "ratio", goal=f"value >= {GOAL:g}", met=ratio >= GOAL)
    return met


def main():
    options = arguments()
    device = "cuda" if options.device == "gpu" else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        print("transformers: PyTorch finds no GPU", file=sys.stderr)
        return 2
    dtype = {"f32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[options.weights]
    torch.manual_seed(1)
    made, side, image_tokens = model(options.shape, dtype, device)
    context = {"image_tokens": image_tokens, "side": side, "dtype": dtype, "device": device}
    decode(made, options, context)
    best = {
        "short_answers": rates(made, "short_answers", options.short_tokens, options, context),
        "captions": rates(made, "captions", options.caption_tokens, options, context),
    }
    return 0 if options.ours is None or compare(best, options.ours) else 3


if __name__ == "__main__":
    sys.exit(main())
