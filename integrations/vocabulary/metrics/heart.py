"""Heart, blood pressure and breathing."""

from __future__ import annotations

from hub.api import Aggregation, Family
from integrations.vocabulary.metrics.rows import DAY, HOUR, MINUTE, WEEK, Fields, choice, flowing, gauge, score, total

HEART = Family.HEART
_RATE: Fields = {"hard": (10, 350), "plausible": (30, 220), "precision": 0, "icon": "heart-pulse"}
_DAILY: Fields = {"merge_interval": DAY, "stale_after": 36 * HOUR, "hold": DAY}
_PRESSURE: Fields = {
    "device_class": "pressure", "display_units": ("kPa",), "precision": 0, "stale_after": WEEK, "merge_interval": HOUR,
    "icon": "gauge", "step_within": 5 * MINUTE,
}  # fmt: skip
_HRV: Fields = {"hard": (0, 1_000), "plausible": (3, 300), "precision": 0, "icon": "activity"}
_LUNG: Fields = {"hard": (0, 15), "plausible": (0.3, 9), "precision": 2, "icon": "wind", "stale_after": WEEK}

METRICS = (
    flowing("heart_rate", "Heart rate", "/min", HEART, _RATE, max_step=50, step_within=5 * MINUTE,
            stale_after=HOUR, hold=10 * MINUTE, merge_interval=5 * MINUTE, loinc="8867-4",
            description="Beats a minute."),
    gauge("heart_rate_min", "Lowest heart rate", "/min", HEART, _RATE, _DAILY, aggregation=Aggregation.MIN,
          description="The lowest in a stretch of time, as some sources report it."),
    gauge("heart_rate_max", "Highest heart rate", "/min", HEART, _RATE, _DAILY, aggregation=Aggregation.MAX,
          description="The highest in a stretch of time, as some sources report it."),
    gauge("resting_heart_rate", "Resting heart rate", "/min", HEART, _RATE, _DAILY, plausible=(30, 180),
          loinc="40443-4", description="Awake and at rest, or asleep; each source has its own rule."),
    gauge("walking_heart_rate", "Walking heart rate", "/min", HEART, _RATE, _DAILY,
          description="Average of a day's steady walks."),
    gauge("sleeping_heart_rate", "Sleeping heart rate", "/min", HEART, _RATE, _DAILY,
          description="Average of a night."),
    gauge("heart_rate_recovery", "Heart rate recovery", "/min", HEART, hard=(0, 250), plausible=(5, 100), precision=0,
          icon="heart-pulse", merge_interval=HOUR, stale_after=WEEK,
          description="How far the heart rate falls in the first minute after exercise."),
    gauge("hrv_rmssd", "Heart rate variability (RMSSD)", "ms", HEART, _HRV, merge_interval=HOUR, hold=HOUR,
          description="How much the time from one beat to the next changes. Not comparable with SDNN."),
    gauge("hrv_sdnn", "Heart rate variability (SDNN)", "ms", HEART, _HRV, merge_interval=HOUR, hold=HOUR,
          loinc="80404-7",
          description="How far the times between beats spread. Not comparable with RMSSD."),
    gauge("blood_pressure_systolic", "Systolic blood pressure", "mm[Hg]", HEART, _PRESSURE, hard=(30, 370),
          plausible=(60, 230), max_step=60, loinc="8480-6", description="The higher of the two numbers."),
    gauge("blood_pressure_diastolic", "Diastolic blood pressure", "mm[Hg]", HEART, _PRESSURE, hard=(10, 260),
          plausible=(30, 140), max_step=50, loinc="8462-4", description="The lower of the two numbers."),
    gauge("blood_pressure_mean", "Mean blood pressure", "mm[Hg]", HEART, _PRESSURE, hard=(15, 300),
          plausible=(40, 170), max_step=50, loinc="8478-0", description="Average over one heartbeat."),
    gauge("pulse_wave_velocity", "Pulse wave velocity", "m/s", HEART, hard=(1, 40), plausible=(3, 20), precision=1,
          icon="waves", merge_interval=DAY, stale_after=WEEK, device_class="speed",
          description="How fast the pulse travels; stiffer arteries carry it faster."),
    gauge("vascular_age", "Vascular age", "a", HEART, hard=(0, 130), plausible=(10, 110), precision=0,
          icon="hourglass", merge_interval=DAY, stale_after=30 * DAY,
          description="How old the arteries seem, by a scale's estimate."),
    gauge("atrial_fibrillation_burden", "Irregular rhythm", "%", HEART, hard=(0, 100), precision=0, icon="activity",
          merge_interval=DAY, stale_after=WEEK,
          description="Share of the time a watch saw signs of atrial fibrillation."),
    choice("ecg_classification", "ECG", HEART,
           options=("sinus_rhythm", "atrial_fibrillation", "low_heart_rate", "high_heart_rate", "inconclusive",
           "poor_recording"),
           icon="activity", stale_after=WEEK, hold=MINUTE, description="What the device said of a recording."),
    gauge("perfusion_index", "Perfusion index", "%", HEART, hard=(0, 100), plausible=(0.02, 30), precision=2,
          icon="droplets", merge_interval=HOUR, loinc="61006-3",
          description="How strong a pulse oximeter's signal is."),
    flowing("oxygen_saturation", "Blood oxygen", "%", HEART, hard=(30, 100), plausible=(75, 100), max_step=15,
            step_within=MINUTE, precision=0, icon="droplet", stale_after=12 * HOUR, hold=10 * MINUTE,
            merge_interval=5 * MINUTE, loinc="59408-5",
            description="Share of the blood that carries oxygen, measured by light through the skin."),
    flowing("respiratory_rate", "Breathing rate", "{breaths}/min", HEART, hard=(1, 150), plausible=(6, 80), max_step=30,
            step_within=MINUTE, precision=1, icon="wind", stale_after=36 * HOUR, hold=10 * MINUTE,
            merge_interval=5 * MINUTE, loinc="9279-1", description="Breaths a minute."),
    score("stress_level", "Stress level", HEART, 0, 100, merge_interval=5 * MINUTE, stale_after=4 * HOUR, icon="brain",
          hold=10 * MINUTE, description="A wearable's estimate from heart rate variability."),
    gauge("skin_conductance", "Skin conductance", "uS", HEART, hard=(0, 200), plausible=(0.01, 60), precision=2,
          icon="zap", merge_interval=5 * MINUTE, stale_after=HOUR,
          description="How well the skin conducts electricity; it rises with sweat."),
    gauge("peak_expiratory_flow", "Peak flow", "L/min", HEART, hard=(0, 1_200), plausible=(50, 900), precision=0,
          icon="wind", merge_interval=HOUR, stale_after=WEEK, loinc="19935-6", device_class="volume_flow_rate",
          description="How fast you can breathe out."),
    gauge("forced_vital_capacity", "Forced vital capacity", "L", HEART, _LUNG, merge_interval=HOUR,
          loinc="19870-5", description="All the air of one deep breath out."),
    gauge("forced_expiratory_volume", "Air in the first second (FEV1)", "L", HEART, _LUNG, merge_interval=HOUR,
          loinc="20150-9", description="Air breathed out in the first second."),
    total("inhaler_uses", "Inhaler uses", "{uses}", HEART, plausible=(0, 50), icon="spray-can", merge_interval=DAY,
          stale_after=WEEK, description="Number of puffs."),
)  # fmt: skip
