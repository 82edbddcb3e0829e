"""Factories of tiny Trainers, found as trainer:trainer_models:NAME; made from configs, nothing is downloaded.

transformers is imported inside them: a test skips where it, or accelerate, is not installed.
"""

from torch import nn

SUBJECTS = {
    "sport": "ball goal team match run",
    "food": "bread salt soup oven taste",
    "law": "court judge rule act plea",
}
PLAIN = ["the", "a", "of"]
TINY = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


def trained(model, tokenizer=None, kind=None, **options):
    """A Trainer as users make them: its output folder is where they are."""
    from transformers import Trainer, TrainingArguments

    words = {"learning_rate": 0.01, "num_train_epochs": 8, "per_device_train_batch_size": 8, "use_cpu": True} | options
    callbacks = words.pop("callbacks", None)
    args = TrainingArguments("runs", **words)
    return (kind or Trainer)(model=model, args=args, processing_class=tokenizer, callbacks=callbacks)


def words(**options):
    """A tokenizer of whole words."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    known = ["[PAD]", "[UNK]", *PLAIN, *" ".join(SUBJECTS.values()).split()]
    made = Tokenizer(models.WordLevel({w: n for n, w in enumerate(known)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", **options)


def tiny_bert(classes):
    from transformers import BertConfig, BertForSequenceClassification

    return BertForSequenceClassification(
        BertConfig(
            vocab_size=20,
            **TINY,
            max_position_embeddings=12,
            num_labels=classes,
        )
    )


def bert(classes):
    return trained(tiny_bert(classes), words())


def bert_of_two(classes):
    return trained(tiny_bert(2), words())


def bert_without_tokenizer(classes):
    return trained(tiny_bert(classes))


def grouped(classes):
    """Asks about long texts first, as a Trainer does that groups by length."""
    return trained(tiny_bert(classes), words(), train_sampling_strategy="group_by_length")


def last_token(classes):
    """Asks its last layer about every token, and takes what it says of the last."""
    from transformers import GPT2Config, GPT2ForSequenceClassification

    config = GPT2Config(
        vocab_size=20, n_positions=12, n_embd=16, n_layer=1, n_head=2, num_labels=classes, pad_token_id=0
    )
    return trained(GPT2ForSequenceClassification(config), words())


def headless(classes):
    """A model of transformers that says all but logits."""
    from transformers import BertConfig, BertModel

    class Body(BertModel):
        """By another name: a Trainer refuses BertModel itself."""

    config = BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8)
    return trained(Body(config), words())


class Numbers(nn.Module):
    """Four numbers in, a mapping out, by a loss of its own."""

    def __init__(self, classes):
        super().__init__()
        self.hidden, self.last = nn.Linear(4, 16), nn.Linear(16, classes)

    def forward(self, features, labels=None):
        logits = self.last(self.hidden(features).relu())
        return {"logits": logits} | ({} if labels is None else {"loss": nn.functional.cross_entropy(logits, labels)})


def numbers(classes):
    return trained(Numbers(classes), num_train_epochs=12)


def diverging(classes):
    return trained(Numbers(classes), learning_rate=1e30, num_train_epochs=3, max_grad_norm=0.0, optim="sgd")


def own_loss(classes):
    """A model that gives a plain tensor and knows of no labels, and a Trainer that works out the loss."""
    from transformers import Trainer

    class Own(Trainer):
        def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
            labels = inputs.pop("labels")
            logits = model(**inputs)
            loss = nn.functional.cross_entropy(logits, labels)
            return (loss, {"logits": logits}) if return_outputs else loss

    made = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, classes))
    return trained(made, kind=Own, num_train_epochs=12)


def best_of_two(classes):
    """The second of two epochs is at a rate that spoils all; by the user's own samples the first is taken."""
    return judged(classes, 2)


def one_epoch(classes):
    return judged(classes, 1)


def judged(classes, epochs):
    import torch
    from transformers import Trainer, TrainingArguments

    args = TrainingArguments(
        "runs",
        num_train_epochs=epochs,
        per_device_train_batch_size=40,
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        max_grad_norm=0.0,
        use_cpu=True,
    )
    model = Numbers(classes)
    mover = torch.optim.SGD(model.parameters(), 0.001)
    cliff = torch.optim.lr_scheduler.LambdaLR(mover, lambda step: 1.0 if step == 0 else 1e6)
    rng = torch.Generator().manual_seed(5)
    kept = [{"features": torch.randn(4, generator=rng), "labels": n % classes} for n in range(30)]
    return Trainer(model=model, args=args, eval_dataset=kept, optimizers=(mover, cliff))


def halves(classes):
    import torch

    return trained(tiny_bert(classes).to(torch.bfloat16), words(), num_train_epochs=1)


steps = []


def watched(classes):
    """With a callback of the user's."""
    from transformers import TrainerCallback

    class Count(TrainerCallback):
        def on_step_end(self, args, state, control, **rest):
            steps.append(state.global_step)

    return trained(Numbers(classes), callbacks=[Count()], num_train_epochs=3)


def drawn_inside(classes):
    """The model is made by the Trainer itself, which sets its own seed first."""
    from transformers import Trainer, TrainingArguments

    args = TrainingArguments("runs", learning_rate=0.01, num_train_epochs=2, use_cpu=True)
    return Trainer(model_init=lambda: Numbers(classes), args=args)


def with_data(classes):
    made = numbers(classes)
    made.train_dataset = [{"features": [0.0] * 4, "labels": 0}]
    return made


def no_trainer(classes):
    return Numbers(classes)


def photos(classes):
    """A vision transformer, and an image processor that makes photos of 16 pixels ones of 8."""
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessorPil

    config = ViTConfig(
        image_size=8,
        patch_size=4,
        **TINY,
        num_labels=classes,
    )
    processor = ViTImageProcessorPil(size={"height": 8, "width": 8})
    return trained(ViTForImageClassification(config), processor, num_train_epochs=10)
