from pathlib import Path

from trainer.courses.fingerprint import fingerprint


def test_it_changes_with_every_byte_and_name_and_with_the_compiler(
    tmp_path: Path,
) -> None:
    root, compiler = tmp_path / "root", tmp_path / "compiler"
    for folder in (root, compiler):
        folder.mkdir()
        (folder / "a.md").write_text("text", encoding="utf-8")
    first = fingerprint([root], compiler)
    assert fingerprint([root], compiler) == first
    (root / "a.md").write_text("Text", encoding="utf-8")
    second = fingerprint([root], compiler)
    (root / "a.md").rename(root / "b.md")
    third = fingerprint([root], compiler)
    (compiler / "a.md").write_text("newer", encoding="utf-8")
    fourth = fingerprint([root], compiler)
    assert len({first, second, third, fourth}) == 4


def test_a_folder_that_is_not_there_has_a_fingerprint(tmp_path: Path) -> None:
    assert fingerprint([tmp_path / "nowhere"], tmp_path)
