"""Fine-tunes tiny models from nothing and leaves the files that the example scripts of transformers leave.

    python hf_results.py OUTPUT            every kind that `main` names: run_summarization, run_glue, run_qa
    python hf_results.py OUTPUT summaries  only that one

Each folder is an output_dir: trainer_state.json, checkpoint-N, *_results.json and predictions, beside test.jsonl.
"""

import json
import os
import random
import shutil
import sys

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    DataCollatorForSeq2Seq,
    DataCollatorWithPadding,
    PreTrainedTokenizerFast,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    T5Config,
    T5ForConditionalGeneration,
    Trainer,
    TrainingArguments,
    default_data_collator,
    set_seed,
)

COLOURS = ["red", "blue", "green", "white"]
COUNTS = ["one", "two", "three", "four", "five"]
THINGS = ["pens", "cups", "keys"]


def rows(split, n):
    draw = random.Random(f"boxes {split}")
    made = []
    for i in range(n):
        first, second = draw.sample(COLOURS, 2)
        a, b, thing = draw.choice(COUNTS), draw.choice(COUNTS), draw.choice(THINGS)
        text = f"the box holds {a} {first} {thing} and {b} {second} {thing}"
        answer = {"text": [first], "answer_start": [text.index(first)]}
        made.append(
            {
                "id": f"{split}-{i}",
                "text": text,
                "summary": f"{a} {first} {b} {second}",
                "label": THINGS.index(thing),
                "context": text,
                "question": f"which colour comes before {second}",
                "answers": answer,
                "kind": thing,
            }
        )
    return made


def tokenizer_of(data):
    words = sorted({word for row in data for key in ("text", "summary", "question") for word in row[key].split()})
    vocabulary = {word: i for i, word in enumerate(["<pad>", "</s>", "<unk>", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


def arguments(folder, kind=TrainingArguments, **more):
    settings = {
        "output_dir": folder,
        "eval_strategy": "steps",
        "save_strategy": "steps",
        "logging_steps": 20,
        "eval_steps": 20,
        "save_steps": 20,
        "max_steps": 80,
        "per_device_train_batch_size": 16,
        "learning_rate": 1e-2,
        "report_to": [],
        "use_cpu": True,
        "seed": 7,
    }
    return kind(**{**settings, **more})


def finish(trainer, folder, data, tokenized, columns):
    """As the example scripts do after building their trainer."""
    result = trainer.train()
    trainer.save_model()
    metrics = {**result.metrics, "train_samples": len(data["train"])}
    trainer.log_metrics("train", metrics)
    trainer.save_metrics("train", metrics)
    trainer.save_state()
    metrics = {**trainer.evaluate(metric_key_prefix="eval"), "eval_samples": len(data["validation"])}
    trainer.log_metrics("eval", metrics)
    trainer.save_metrics("eval", metrics)
    found = trainer.predict(tokenized["test"], metric_key_prefix="predict")
    metrics = {**found.metrics, "predict_samples": len(data["test"])}
    trainer.log_metrics("predict", metrics)
    trainer.save_metrics("predict", metrics)
    with open(os.path.join(folder, "test.jsonl"), "w") as file:
        for row in data["test"]:
            kept = {name: row[name] for name in ["id", *columns, "kind"]}
            file.write(json.dumps(kept) + "\n")
    return found


def rouge1(prediction, reference):
    a, b = prediction.split(), reference.split()
    shared = sum(min(a.count(word), b.count(word)) for word in set(a))
    return 0.0 if shared == 0 else 2 * shared / (len(a) + len(b))


def summaries(folder, data, tokenizer, **more):
    tokenized = {
        split: [
            {**tokenizer(row["text"] + " </s>"), "labels": tokenizer(row["summary"] + " </s>")["input_ids"]}
            for row in data[split]
        ]
        for split in data
    }
    sizes = {"d_model": 48, "d_kv": 16, "d_ff": 96, "num_layers": 1, "num_decoder_layers": 1, "num_heads": 3}
    ids = {"vocab_size": len(tokenizer), "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
    model = T5ForConditionalGeneration(T5Config(**sizes, **ids, dropout_rate=0.0))

    def texts(ids):
        return [text.strip() for text in tokenizer.batch_decode(np.where(ids < 0, 0, ids), skip_special_tokens=True)]

    def metrics_of(found):
        predictions, references = texts(found.predictions), texts(found.label_ids)
        pairs = list(zip(predictions, references))
        lengths = [np.count_nonzero(row > 0) for row in found.predictions]
        return {
            "rouge1": round(100 * float(np.mean([rouge1(*pair) for pair in pairs])), 4),
            "exact": float(np.mean([a == b for a, b in pairs])),
            "gen_len": float(np.mean(lengths)),
        }

    trainer = Seq2SeqTrainer(
        model=model,
        args=arguments(folder, Seq2SeqTrainingArguments, predict_with_generate=True, generation_max_length=8, **more),
        train_dataset=tokenized["train"],
        eval_dataset=tokenized["validation"],
        processing_class=tokenizer,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
        compute_metrics=metrics_of,
    )
    found = finish(trainer, folder, data, tokenized, ["text", "summary"])
    with open(os.path.join(folder, "generated_predictions.txt"), "w", encoding="utf-8") as writer:
        writer.write("\n".join(texts(found.predictions)))


def longer(folder, data, tokenizer):
    """The same for twice as long: a later model to compare with."""
    summaries(folder, data, tokenizer, max_steps=160, eval_steps=80, save_steps=80)


def labels(folder, data, tokenizer, **more):
    tokenized = {
        split: [{**tokenizer(row["text"]), "label": row["label"]} for row in data[split]] for split in data
    }
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=len(THINGS),
    )
    trainer = Trainer(
        model=BertForSequenceClassification(config),
        args=arguments(folder, **{"max_steps": 60, "learning_rate": 5e-3, **more}),
        train_dataset=tokenized["train"],
        eval_dataset=tokenized["validation"],
        processing_class=tokenizer,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=lambda found: {
            "accuracy": float(np.mean(np.argmax(found.predictions, axis=1) == found.label_ids))
        },
    )
    predictions = np.argmax(finish(trainer, folder, data, tokenized, ["text", "label"]).predictions, axis=1)
    with open(os.path.join(folder, "predict_results_boxes.txt"), "w") as writer:
        writer.write("index\tprediction\n")
        for index, item in enumerate(predictions):
            writer.write(f"{index}\t{item}\n")


def spans(folder, data, tokenizer):
    def encoded(row):
        question = row["question"].split()
        at = len(question) + row["text"][: row["answers"]["answer_start"][0]].count(" ")
        return {**tokenizer(row["question"] + " " + row["text"]), "start_positions": at, "end_positions": at}

    tokenized = {split: [encoded(row) for row in data[split]] for split in data}
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=24, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
    )

    def words(row, start, end):
        return " ".join((row["question"] + " " + row["text"]).split()[start : end + 1])

    def answers(predictions, split):
        start, end = (np.argmax(each, axis=1) for each in predictions)
        return {row["id"]: words(row, a, max(a, b)) for row, a, b in zip(data[split], start, end)}

    def metrics_of(found):
        split = "test" if len(found.predictions[0]) == len(data["test"]) else "validation"
        right = [answers(found.predictions, split)[row["id"]] == row["answers"]["text"][0] for row in data[split]]
        f1 = [rouge1(answers(found.predictions, split)[row["id"]], row["answers"]["text"][0]) for row in data[split]]
        return {"exact_match": 100 * float(np.mean(right)), "f1": 100 * float(np.mean(f1))}

    trainer = Trainer(
        model=BertForQuestionAnswering(config),
        args=arguments(folder, max_steps=60, learning_rate=1e-4, label_names=["start_positions", "end_positions"]),
        train_dataset=tokenized["train"],
        eval_dataset=tokenized["validation"],
        processing_class=tokenizer,
        data_collator=default_data_collator,
        compute_metrics=metrics_of,
    )
    found = finish(trainer, folder, data, tokenized, ["question", "context", "answers"])
    with open(os.path.join(folder, "predict_predictions.json"), "w") as writer:
        writer.write(json.dumps(answers(found.predictions, "test"), indent=4) + "\n")


def nan(folder, data, tokenizer):
    """A training that fell apart: Python writes its loss as NaN, which JSON does not know."""
    labels(folder, data, tokenizer, learning_rate=1e30, max_steps=40)


def main():
    output, *wanted = sys.argv[1:]
    torch.set_num_threads(1)
    data = {"train": rows("train", 400), "validation": rows("validation", 40), "test": rows("test", 36)}
    makers = {"summaries": summaries, "longer": longer, "labels": labels, "spans": spans, "nan": nan}
    for name in wanted or makers:
        set_seed(7)
        folder = os.path.join(output, name)
        shutil.rmtree(folder, ignore_errors=True)
        makers[name](folder, data, tokenizer_of(data["train"]))


main()
