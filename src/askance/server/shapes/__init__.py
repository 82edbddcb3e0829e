"""What goes over the wire, both ways.  The OpenAPI schema, and the page's types, are made from these.  Floor 6."""

from askance.server.shapes.answers import Answer, Answers, Feedback, History, Kept, Past, Receipt, Remark, Skip, Undone
from askance.server.shapes.campaigns import Campaign, Model, Settings, Started, Summary
from askance.server.shapes.choosing import Given, Pick, PickOfFile, Picks, PicksOfFile
from askance.server.shapes.content import Content, Guess
from askance.server.shapes.dashboard import Agreement, Curve, Dashboard, Pair, Point, Rule, Worker
from askance.server.shapes.gold import Gold, GoldQuestions, NewGold, Share
from askance.server.shapes.looking import Cell, Grid, Neighbour, Neighbours, Peaks, Points, Wish, Wished
from askance.server.shapes.people import (
    Acceptance,
    Credentials,
    Invitation,
    Me,
    Member,
    NewInvitation,
    NewToken,
    Part,
    Token,
)
from askance.server.shapes.problem import Fault, Problem
from askance.server.shapes.queue import Beat, Held, Queue, Task, Want
from askance.server.shapes.review import Decision, Disagreement, Disagreements, Entry, Log, Said, Sample
from askance.server.shapes.shape import Role, SampleId
from askance.server.shapes.transfer import FileFormat, Imported, Loss

__all__ = [
    "Acceptance",
    "Agreement",
    "Answer",
    "Answers",
    "Beat",
    "Campaign",
    "Cell",
    "Content",
    "Credentials",
    "Curve",
    "Dashboard",
    "Decision",
    "Disagreement",
    "Disagreements",
    "Entry",
    "Fault",
    "Feedback",
    "FileFormat",
    "Given",
    "Gold",
    "GoldQuestions",
    "Grid",
    "Guess",
    "Held",
    "History",
    "Imported",
    "Invitation",
    "Kept",
    "Log",
    "Loss",
    "Me",
    "Member",
    "Model",
    "Neighbour",
    "Neighbours",
    "NewGold",
    "NewInvitation",
    "NewToken",
    "Pair",
    "Part",
    "Past",
    "Peaks",
    "Pick",
    "PickOfFile",
    "Picks",
    "PicksOfFile",
    "Point",
    "Points",
    "Problem",
    "Queue",
    "Receipt",
    "Remark",
    "Role",
    "Rule",
    "Said",
    "Sample",
    "SampleId",
    "Settings",
    "Share",
    "Skip",
    "Started",
    "Summary",
    "Task",
    "Token",
    "Undone",
    "Want",
    "Wish",
    "Wished",
    "Worker",
]
