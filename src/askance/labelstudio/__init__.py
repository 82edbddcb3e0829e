"""Label Studio both ways: our ranking as its tasks, its annotations as our answers, our model as its backend.  Floor 6.

config    what a question looks like there: from the campaign's kind of label, or from a project that is there already
tasks     the open questions, best first, each with what the model thinks
api       its HTTP API
push      questions out; pull: answers in
backend   the server that it asks for predictions and tells of annotations

Tried against Label Studio 1.23.2 (docs/integrations.md).
"""
