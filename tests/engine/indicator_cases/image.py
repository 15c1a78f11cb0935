"""Pictures with what does not belong into them; the scripts say hello, and the programs are headers only."""

import base64

from tests.engine.formats.elf_builder import Elf
from tests.engine.formats.image_builder import bmp, gif, jpeg, png, webp
from tests.engine.indicator_cases.case import Case
from tests.engine.samples import noise, zipped

CASES: dict[str, Case] = {}
_PLAIN = png()
_PHP = b"<?" + b"php echo 'hello'; ?>"
_SHELL = b"<?" + b"php sys" + b"tem($_GET['x']); ?>"
_HELLO = b"<script>document.title = 'hello'</script>"
_HTA = b"<script language='VBScript'>Set a = Create" + b'Object("x")</script>'


def _case(code: str, positive: bytes, negative: bytes = _PLAIN, **more: object) -> None:
    CASES[f"image.{code}"] = Case(positive, negative, **more)  # type: ignore[arg-type]


_case("malformed", _PLAIN[:-20])
_case("more_behind", _PLAIN + b"made on a phone, with a note behind", _PLAIN + bytes(64))
_case("noise_behind", _PLAIN + noise(20_000), _PLAIN + bytes(20_000))
_case("archive_behind", _PLAIN + zipped({"a": b"hello"}))
_case("program_behind", _PLAIN + Elf().build())
_case("program_inside", jpeg((0xE5, Elf().build() * 2)), jpeg((0xE1, b"Exif\0\0" + bytes(900))))
_case("script_behind", jpeg() + b"\n#!/bin/sh\necho hello\n", jpeg() + b"\n\n\n\n\n\n\n\n\n\n")
_case("script_inside", gif((0xFE, _HELLO)), gif((0xFE, b"script")))
_case("runs_on_windows", png((b"tEXt", b"Comment\0WScript" + b".Shell")), png((b"tEXt", b"Comment\0shell")))
_case("script_for_windows", _PLAIN + _HTA, png((b"tEXt", b"Comment\0VBScript")))
_case("also_script", gif((0xFE, b"*/=1;console.log('hello world, hello world');//"), width=0x2A2F), gif(width=0x2A2F))
_case("php_inside", jpeg((0xFE, _PHP)), jpeg((0xFE, b"php?")))
_case("php_runs_orders", webp((b"EXIF", _SHELL)), webp((b"EXIF", b"system")))
_exif = b"Exif\0\0/.*/e\0 eval" + b"(base64_" + b"decode('aGVsbG8='));"
_case("code_in_exif", jpeg((0xE1, _exif)), jpeg((0xE1, b"Exif\0\0Canon EOS")))
_case("coded_program", bmp() + base64.b64encode(Elf(text=bytes(4000)).build()), bmp() + base64.b64encode(bytes(5000)))
_case("known_loader", png((b"IDAT", b"\xc6\xa5" + b"\x79\xea" + noise(64))), png((b"IDAT", noise(64))))
_long = (b"tEXt", b"Comment\0" + b"lorem ipsum " * 30_000)
_case("long_text", png(_long), png((b"tEXt", _long[1][:1000])))
