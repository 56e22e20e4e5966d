"""The binaries under test, and the generated worlds that everybody reads."""

import gzip
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import side_tables

REPOSITORY = side_tables.REPOSITORY
SUFFIXES = {"plain": ".log", "gz": ".log.gz", "parquet": ".parquet"}
FORMATS = {"plain": ["v5"], "gz": ["v5", "--gzip"], "parquet": ["parquet"]}
FORMS = [*SUFFIXES, *(f"{base}-small" for base in SUFFIXES)]


class WorldError(Exception):
    """No binaries or no world."""


def build(flowtoll):
    """Paths of flowtoll and of the generator; `flowtoll` goes before the one that is built here."""
    command = ["cargo", "build", "--release", "--features", "testkit", "--bins"]
    metadata = ["cargo", "metadata", "--format-version", "1", "--no-deps"]
    try:
        subprocess.run(command, cwd=REPOSITORY, check=True)
        found = subprocess.run(metadata, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise WorldError(
            f"{' '.join(command)} in {REPOSITORY}: {error}; mend the build, then run this again"
        ) from error
    folder = Path(json.loads(found.stdout)["target_directory"]) / "release"
    chosen = Path(flowtoll).resolve() if flowtoll else folder / "flowtoll"
    if not chosen.is_file():
        raise WorldError(f"{chosen}: no such program; name the flowtoll binary with --flowtoll")
    return chosen, folder / "flowtoll-testkit"


@dataclass
class World:
    """Objects of one form, what made them, and the side tables."""

    form: str
    folder: Path
    objects: list
    columns: list
    size: int

    @property
    def base(self):
        return self.form.partition("-")[0]

    @property
    def tables(self):
        return self.folder / "side-tables"

    def warm(self):
        """Reads every object once, so that no engine pays for the disk."""
        for path in self.objects:
            path.read_bytes()


def prepare(form, work, testkit, records, seed, objects):
    """Makes the world of a form unless it is there, and its side tables."""
    base, _, small = form.partition("-")
    layout = [] if small else ["--objects", str(objects)]
    name = f"{form}-seed{seed}-records{records}" + ("" if small else f"-objects{objects}")
    folder = Path(work).resolve() / "worlds" / name
    if not (folder / "truth.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        options = [
            "--seed",
            str(seed),
            "--records",
            str(records),
            "--coverage",
            "vpc",
            *layout,
            "--output",
            str(folder),
        ]
        subprocess.run([testkit, "world", "--format", *FORMATS[base], *options], check=True)
    paths = sorted((folder / "AWSLogs").rglob(f"*{SUFFIXES[base]}"))
    if not paths:
        raise WorldError(f"{folder}: no {SUFFIXES[base]} objects; delete the folder, then run this again")
    world = World(form, folder, paths, columns(base, paths), sum(path.stat().st_size for path in paths))
    side_tables.write(folder / "inventory", world.tables)
    return world


def columns(base, paths):
    """The columns in the order of the header, which all text objects of a world share."""
    if base == "parquet":
        return []
    opener = gzip.open if base == "gz" else open
    with opener(paths[0], "rt", encoding="utf-8") as file:
        return file.readline().strip().replace("-", "_").split(" ")
