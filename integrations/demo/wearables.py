"""What ring, watch and phone tell of an adult's day: heart, sleep and steps, each at its own time."""

from __future__ import annotations

from datetime import timedelta

from integrations.demo.chance import dice, drift, grain, track
from integrations.demo.diary import Diary, Syncs, grid
from integrations.demo.family import TRAITS, AdultDay, adult_day, wake_time, wine_in_evening
from integrations.demo.heart import Heart, nightly_hrv, resting
from integrations.demo.night import AWAKE, DEEP, LIGHT, REM, Night
from integrations.demo.story import Persona, Story

STEP = 300.0
_DAY = timedelta(days=1)


class Wearables:
    """One adult's day as their devices saw it. The first adult wears ring and watch, the second a watch only."""

    def __init__(self, story: Story, persona: Persona, today: AdultDay, diary: Diary) -> None:
        self.story, self.persona, self.today, self.diary = story, persona, today, diary
        day, frame = today.frame.day, today.frame
        self._ringed = persona is Persona.ADULT_GLUCOSE
        self._sleeper = "ring" if self._ringed else "watch"
        chance = dice(story.seed, persona, "sync", day)
        tomorrow = wake_time(story, persona, day + _DAY)
        # Devices hand over after getting up; the ring twice more, the watch every hour or so while its wearer is awake.
        self._morning = today.wake + chance.uniform(600, 2400)
        next_morning = tomorrow + dice(story.seed, persona, "sync", day + _DAY).uniform(600, 2400)
        self._ring = Syncs((self._morning, frame.at(13.2), frame.at(20.8), next_morning))
        hours = [at for at in grid(today.wake, today.bed, 3600.0, 240.0) if at > self._morning]
        self._watch = Syncs((self._morning, *hours, next_morning))
        self.wine = wine_in_evening(story, persona, day - _DAY)

    def outline(self) -> None:
        """What a day is remembered by."""
        self.night()
        self.steps()
        self.workouts()

    def heart(self) -> None:
        """Watch: every five minutes, as it goes. Ring: every five minutes of the night, in the morning."""
        heart = heart_of(self.story, self.persona, self.today)
        measure = self.diary.measure
        for at in grid(self.today.frame.start, self.today.frame.end, STEP):
            measure("heart_rate", at, round(heart.at(at)), "watch")
        if self._ringed:
            err = track(self.story.seed, "ring-heart")
            evening = heart_of(
                self.story, self.persona, adult_day(self.story, self.persona, self.today.frame.day - _DAY)
            )
            for at in grid(self.today.night.start, self.today.night.end, STEP, 90.0):
                beats = (heart if at >= self.today.frame.start else evening).at(at)
                measure("heart_rate", at, round(beats + grain(err, int(at))), "ring", self._morning)

    def night(self) -> None:
        """Stages, lengths, score, variability, breathing, oxygen and skin temperature of the night that ended today."""
        night, source, arrives, measure = self.today.night, self._sleeper, self._morning, self.diary.measure
        for at, stage in zip(night.starts, night.stages, strict=True):
            measure("sleep_stage", at, stage, source, arrives)
        measure("sleep_stage", night.end, "out_of_bed", source, arrives)
        minutes = {stage: round(night.seconds(stage) / 60) for stage in (AWAKE, LIGHT, DEEP, REM)}
        for metric, value in (
            ("sleep_duration", round(night.asleep / 60)),
            ("sleep_deep_duration", minutes[DEEP]),
            ("sleep_light_duration", minutes[LIGHT]),
            ("sleep_rem_duration", minutes[REM]),
            ("sleep_awake_duration", minutes[AWAKE]),
            ("time_in_bed", round((night.end - night.start) / 60)),
            ("sleep_latency", round(night.latency / 60)),
            ("sleep_efficiency", round(100 * night.efficiency)),
            ("sleep_score", night.score),
        ):
            measure(metric, night.end, float(value), source, arrives)
        self._vitals(night, source, arrives)
        self.diary.write(
            "sleep", night.start, night.end, late=arrives - night.end, data={"device": source, **sleep_data(night)}
        )

    def _vitals(self, night: Night, source: str, arrives: float) -> None:
        chance = dice(self.story.seed, self.persona, "vitals", self.today.frame.day)
        calm = resting(self.story, self.persona, self.today, self.wine)
        self.diary.measure("resting_heart_rate", night.end, calm, source, arrives)
        seed, measure, traits = self.story.seed, self.diary.measure, TRAITS[self.persona]
        mean = nightly_hrv(self.story, self.persona, self.today, self.wine)
        ebb = track(seed, f"{self.persona}-hrv")
        for at in grid(night.start + 1800, night.end, 1800.0):
            stage = night.stage(at)
            if stage == AWAKE:
                continue
            part = (at - night.start) / (night.end - night.start)
            deep = {DEEP: 1.12, REM: 0.9}.get(stage, 1.0)
            beats = mean * deep * (0.9 + 0.2 * part) * (1 + 0.14 * grain(ebb, int(at)))
            measure("hrv_rmssd", at, float(round(beats)), source, arrives)
            oxygen = 96.6 + 0.9 * drift(ebb, at / 5000.0) - (0.7 if self.today.fever > 0.5 else 0.0)
            measure("oxygen_saturation", at, float(round(min(99.0, oxygen))), source, arrives)
        breaths = 13.4 + traits.resting / 60 + 1.6 * self.today.fever + chance.gauss(0, 0.25)
        measure("respiratory_rate", night.end, round(breaths, 1), source, arrives)
        if self._ringed:
            warmth = chance.gauss(0, 0.13) + 0.8 * self.today.fever + (0.2 if self.wine else 0.0)
            measure("skin_temperature_deviation", night.end, round(warmth, 2), source, arrives)
            ready = 0.55 * night.score + 0.45 * min(100.0, 100 * mean / traits.hrv) - 14 * self.today.fever
            measure("readiness_score", night.end, float(max(10, min(100, round(ready)))), source, arrives)

    def steps(self) -> None:
        """All three count the same feet: the ring a little much, the phone only where it is carried."""
        truth = steps_of(self.story, self.persona, self.today)
        measure, start = self.diary.measure, self.today.frame.start
        pocket = track(self.story.seed, f"{self.persona}-pocket")
        for index in range(0, len(truth), 3):
            at, total = start + index * STEP, sum(truth[index : index + 3])
            if total:
                walked = round(total * (1 + 0.03 * grain(pocket, int(at))))
                measure("steps", at, walked, "watch", self._watch.after(at + 900), amount=True)
                if self._ringed:
                    busy = round(total * 1.07 + 12 * (1 + grain(pocket, int(at) + 1)))
                    measure("steps", at, busy, "ring", self._ring.after(at + 900), amount=True)
        if self._ringed:
            for index, steps in enumerate(truth):
                at = start + index * STEP
                out = any(bout.start - STEP < at < bout.end and bout.cadence for bout in self.today.bouts)
                if steps and (out or grain(pocket, int(at) + 2) > -0.1):
                    measure("steps", at, round(steps * 0.98), "phone", at + STEP + 15, amount=True)
        self._energy(truth)

    def _energy(self, truth: list[int]) -> None:
        traits, start = TRAITS[self.persona], self.today.frame.start
        for index in range(0, len(truth), 12):
            at, walked = start + index * STEP, sum(truth[index : index + 12])
            effort = walked * 0.038 * traits.weight / 70
            for bout in self.today.bouts:
                shared = min(bout.end, at + 3600) - max(bout.start, at)
                if shared > 0 and bout.cadence < 130:
                    effort += shared / 60 * bout.beats * 0.1
            arrives = self._watch.after(at + 3600)
            if effort >= 1:
                self.diary.measure("energy_active", at, float(round(effort)), "watch", arrives, amount=True)
                self.diary.measure("distance", at, float(round(walked * 0.72)), "watch", arrives, amount=True)
        for bout in self.today.bouts:
            if bout.kind == "cycling":
                way = float(round(bout.speed * (bout.end - bout.start)))
                arrives = self._watch.after(bout.end + 120)
                self.diary.measure("distance_cycling", bout.start, way, "watch", arrives, amount=True)

    def workouts(self) -> None:
        for bout in self.today.bouts:
            if not bout.workout:
                continue
            minutes = (bout.end - bout.start) / 60
            resting_rate = TRAITS[self.persona].resting + 14
            arrives = self._watch.after(bout.end + 120)
            self.diary.measure("exercise_duration", bout.start, float(round(minutes)), "watch", arrives)
            data = {
                "activity": bout.kind,
                "name": bout.name,
                "device": "watch",
                "distance": float(round(bout.speed * minutes * 60)) if bout.speed else None,
                "energy": float(round(minutes * bout.beats * 0.13)),
                "mean_heart_rate": float(round(resting_rate + 0.88 * bout.beats)),
                "max_heart_rate": float(round(resting_rate + 1.1 * bout.beats)),
                "indoor": not bout.outside,
            }
            self.diary.write("workout", bout.start, bout.end, late=arrives - bout.end, data=data)


def heart_of(story: Story, persona: Persona, today: AdultDay) -> Heart:
    """The heart of a day, which needs to know the coming night."""
    return Heart(story, persona, today, adult_day(story, persona, today.frame.day + _DAY).night)


def sleep_data(night: Night) -> dict[str, object]:
    """The journal's facts of a night, in minutes and points."""
    return {
        "asleep": round(night.asleep / 60),
        "deep": round(night.seconds(DEEP) / 60),
        "light": round(night.seconds(LIGHT) / 60),
        "rem": round(night.seconds(REM) / 60),
        "awake": round(night.seconds(AWAKE) / 60),
        "latency": round(night.latency / 60),
        "efficiency": round(100 * night.efficiency),
        "score": night.score,
    }


def steps_of(story: Story, persona: Persona, today: AdultDay) -> list[int]:
    """True steps of every five minutes of the day."""
    frame = today.frame
    feet = track(story.seed, f"{persona}-feet")
    busy = 16.0 if today.fever > 0.5 else 38.0
    truth = []
    for index in range(round((frame.end - frame.start) / STEP)):
        at = frame.start + index * STEP
        steps = 0.0
        if today.awake(at):
            roll = grain(feet, int(at))
            sitting = today.work is not None and today.work[0] < at < today.work[1]
            steps = max(0.0, roll + 0.3) * busy * (0.55 if sitting else 1.0)
            for bout in today.bouts:
                shared = min(bout.end, at + STEP) - max(bout.start, at)
                if shared > 0 and bout.cadence:
                    steps = max(steps, bout.cadence * shared / 60 * (1 + 0.05 * roll))
        truth.append(round(steps))
    return truth
