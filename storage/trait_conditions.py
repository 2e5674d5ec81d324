"""What a photo is or has, as conditions on the table `photos`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.conditions import Condition, any_of
from storage.favourites import IS_FAVOURITE
from storage.word_conditions import holding_in_names

if TYPE_CHECKING:
    from storage.records import PhotoTrait
    from storage.sql import Sql

# Null Island is where cameras are that do not know where they are.
_HAS_PLACE = "latitude IS NOT NULL AND longitude IS NOT NULL AND (latitude <> 0 OR longitude <> 0)"
_ON_THE_MAP = (
    f"(EXISTS (SELECT 1 FROM facts WHERE facts.content_id = photos.content_id AND {_HAS_PLACE})"
    f" OR EXISTS (SELECT 1 FROM sidecar_facts WHERE photo_id = photos.id AND {_HAS_PLACE}))"
)
_HOLDS_TEXT = (
    "EXISTS (SELECT 1 FROM picture_texts"
    " WHERE picture_texts.content_id = photos.content_id AND text <> '')"
)
_IN_FACTS = "EXISTS (SELECT 1 FROM facts WHERE facts.content_id = photos.content_id AND {})"
_IS_DAMAGED = _IN_FACTS.format("damage IS NOT NULL")
# In the comment of EXIF, as iOS does it; the index `facts_screenshots` lists those.
_IS_MARKED_SCREENSHOT = Condition(
    "photos.content_id IN (SELECT content_id FROM facts AS marked"
    " WHERE instr(marked.remarks, '\"Screenshot\"') > 0)"
)
# As it is seen, upright.
_SHAPED = (
    "EXISTS (SELECT 1 FROM contents WHERE contents.id = photos.content_id"
    " AND width > 0 AND width {} height)"
)
_SHAPES = {"portrait": "<", "landscape": ">", "square": "="}
# As systems name what they save, in the languages they speak; and the folders they save it in.
_SCREENSHOT_NAMES = (
    *("Screenshot", "Screenshots", "Screen Shot", "Screen Shots", "Screen Capture"),
    *("Bildschirmfoto", "Bildschirmfotos", "Bildschirmaufnahme", "Capture d’écran"),
    *("Captures d’écran", "Captura de pantalla", "Capturas de pantalla", "Schermata", "Schermate"),
    *("Captura de tela", "Capturas de tela", "Captura de ecrã", "Capturas de ecrã"),
    *("Schermafbeelding", "Schermafbeeldingen", "Schermafdruk", "Skärmavbild", "Skärmbild"),
    *("Skärmdump", "Skærmbillede", "Skjermbilde", "Skjermdump", "Näyttökuva", "Zrzut ekranu"),
    *("Zrzuty ekranu", "Snímek obrazovky", "Snímky obrazovky", "Képernyőfotó", "Képernyőkép"),
    *("Captură de ecran", "Ekran görüntüsü", "Ekran Resmi", "Снимок экрана", "Снимки экрана"),
    *("Скриншот", "Скриншоты", "Знімок екрана", "Στιγμιότυπο οθόνης", "צילום מסך", "لقطة شاشة"),
    *("स्क्रीनशॉट", "ภาพหน้าจอ", "Ảnh chụp màn hình", "Tangkapan layar", "Cuplikan layar"),
    *("スクリーンショット", "截屏", "截图", "截圖", "屏幕快照", "螢幕快照", "스크린샷"),
)


def has_trait(trait: PhotoTrait, sql: Sql) -> Condition:
    """The photo has it, as far as its facts or its name tell."""
    match trait:
        case "gps":
            return Condition(_ON_THE_MAP)
        case "text":
            return Condition(_HOLDS_TEXT)
        case "damaged":
            return Condition(_IS_DAMAGED)
        case "favourite":
            return Condition(IS_FAVOURITE)
        case "screenshot":
            return any_of((holding_in_names(_SCREENSHOT_NAMES, sql), _IS_MARKED_SCREENSHOT))
        case shape:
            return Condition(_SHAPED.format(_SHAPES[shape]))
