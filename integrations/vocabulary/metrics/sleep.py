"""Sleep: durations belong to the instant of waking, so a night counts for the day one woke up in."""

from __future__ import annotations

from hub.api import Aggregation, Family
from integrations.vocabulary.metrics.rows import DAY, HOUR, Fields, choice, gauge, score, span, total

SLEEP = Family.SLEEP
_PART: Fields = {"icon": "moon", "plausible": (0, 720)}
_DAY: Fields = {"merge_interval": DAY, "stale_after": 36 * HOUR, "hold": DAY}

STAGES = ("awake", "light", "deep", "rem", "asleep", "in_bed", "out_of_bed")
"""`asleep`: asleep, stage unknown. Apple's "core" is `light`. `out_of_bed` ends a session."""

# Deep sleep and REM are reached from light sleep (or REM from deep, with coarse trackers), never from being up.
_NEXT = {
    "awake": frozenset({"light", "rem", "asleep", "in_bed", "out_of_bed"}),
    "light": frozenset({"awake", "deep", "rem", "asleep", "in_bed", "out_of_bed"}),
    "deep": frozenset({"awake", "light", "rem", "asleep", "in_bed", "out_of_bed"}),
    "rem": frozenset({"awake", "light", "asleep", "in_bed", "out_of_bed"}),
    "asleep": frozenset({"awake", "light", "deep", "rem", "in_bed", "out_of_bed"}),
    "in_bed": frozenset({"awake", "light", "asleep", "out_of_bed"}),
    "out_of_bed": frozenset({"awake", "light", "asleep", "in_bed"}),
}
STAGE_TRANSITIONS = {stage: following | {stage} for stage, following in _NEXT.items()}

METRICS = (
    span("sleep_duration", "Sleep", SLEEP, _PART, plausible=(10, 1_080), loinc="93832-4",
         description="Time asleep, without the time awake in bed."),
    span("time_in_bed", "Time in bed", SLEEP, _PART, plausible=(10, 1_200), icon="bed",
         description="From lying down to getting up."),
    span("sleep_light_duration", "Light sleep", SLEEP, _PART, loinc="93830-8",
         description="Light sleep stages; Apple calls it core sleep."),
    span("sleep_deep_duration", "Deep sleep", SLEEP, _PART, plausible=(0, 420), loinc="93831-6",
         description="The deepest stage of sleep."),
    span("sleep_rem_duration", "REM sleep", SLEEP, _PART, plausible=(0, 420), loinc="93829-0",
         description="The stage in which most dreams happen."),
    span("sleep_awake_duration", "Awake in bed", SLEEP, _PART, icon="eye",
         description="Between falling asleep and getting up."),
    span("sleep_latency", "Time to fall asleep", SLEEP, _PART, plausible=(0, 240), icon="hourglass",
         description="From lying down to the first sleep."),
    span("nap_duration", "Nap", SLEEP, _PART, plausible=(3, 300), description="Sleep outside the night's."),
    span("sleep_need", "Sleep needed", SLEEP, _PART, plausible=(240, 1_200), aggregation=Aggregation.LAST,
         description="The source's estimate for the coming night."),
    span("sleep_debt", "Sleep debt", SLEEP, _PART, hard=(0, 14_400), plausible=(0, 2_400), aggregation=Aggregation.LAST,
         description="What recent nights fell short, by the source's estimate."),
    span("snoring_duration", "Snoring", SLEEP, _PART, plausible=(0, 600), icon="volume-2",
         description="Time with snoring in a night."),
    gauge("sleep_efficiency", "Sleep efficiency", "%", SLEEP, _DAY, hard=(0, 100), plausible=(30, 100), precision=0,
          icon="percent", description="Share of the time in bed that was sleep."),
    gauge("sleep_regularity", "Sleep regularity", "%", SLEEP, _DAY, hard=(0, 100), precision=0, icon="calendar-clock",
          description="How alike the hours of sleep are from day to day."),
    score("sleep_score", "Sleep score", SLEEP, 0, 100, icon="moon-star",
          description="The source's own mark for the night, 0 to 100."),
    gauge("breathing_disturbances", "Breathing disturbances", "/h", SLEEP, _DAY, hard=(0, 200), plausible=(0, 100),
          precision=1, icon="wind", description="How often breathing changed in an hour of sleep, by a watch or ring."),
    total("sleep_awakenings", "Awakenings", "{times}", SLEEP, _DAY, plausible=(0, 60), icon="eye",
          description="How often you woke up in a night."),
    choice("sleep_stage", "Sleep stage", SLEEP, options=STAGES, transitions=STAGE_TRANSITIONS, icon="moon",
           hold=4 * HOUR,
           merge_interval=DAY, stale_after=DAY, description="How deep the sleep is, from one change to the next."),
    choice("chronotype", "Chronotype", SLEEP, options=("morning", "intermediate", "evening"), icon="sunrise",
           hold=365 * DAY,
           merge_interval=DAY, stale_after=365 * DAY, description="The time of day at which you are at your best."),
)  # fmt: skip
