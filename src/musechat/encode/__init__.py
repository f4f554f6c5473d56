"""Samples and frames → features: frozen encoders and measurements.

In: decoded sound and pictures. Out: `TrackFeatures` and `VideoProfile`.

- A ladder, each rung adding one thing: encoders (`musicnn`, `efficientnet`, `minilm`) and `measure` know arrays only;
  `tracks` and `videos` add the medium and its file.
"""
