"""How a search read its line, and why each photo was found, in lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.counting import percent
from imagescope_tui.search.place_words import place_names, place_words
from imagescope_tui.search.text_excerpt import text_excerpt
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from imagescope_tui.cli.search_found import Found, Hit
    from imagescope_tui.search.query_language import Chip, ParsedQuery
    from indexer.answers import WhereAnswer
    from storage.library import Library
    from storage.records import Facts, Photo


def short_reading(reading: ParsedQuery) -> str:
    """All that is looked for in one line; empty where the line is nothing but words."""
    if not reading.chips and not reading.alternatives:
        return ""
    return " · ".join((*_quoted_words(reading), *map(_chip, reading.chips)))


def _quoted_words(reading: ParsedQuery) -> Iterator[str]:
    """The words in quotes, so that none looks like a filter; exact phrases are filters already."""
    if reading.alternatives:
        yield " or ".join(f"“{text}”" for text in reading.alternatives)
        return
    words = reading.text
    for phrase in reading.filter.phrases:
        words = words.replace(phrase, "", 1)
    if words.strip():
        yield f"“{' '.join(words.split())}”"


def _words(reading: ParsedQuery) -> str:
    return " or ".join(reading.alternatives) or reading.text


def _chip(chip: Chip) -> str:
    return f"{chip.label} (guess: {chip.guess})" if chip.guess else chip.label


def reading_lines(reading: ParsedQuery) -> Iterator[str]:
    """The reading part by part: `date: July 2021, from “July 2021”`."""
    yield f"looked for: {printable(_words(reading)) or 'all that passes'}"
    for chip in reading.chips:
        yield printable(f"{chip.kind}: {_chip(chip)}, from “{chip.source}”")
    if reading.unwanted:
        yield printable(f"must not be seen: {', '.join(reading.unwanted)}")
    if reading.dropped:
        yield printable(f"tells nothing: {', '.join(reading.dropped)}")


def explained(found: Found, hit: Hit, library: Library) -> Iterator[str]:
    """What speaks for a photo and against it, a line for each part that there is."""
    candidate, photo = hit.candidate, hit.photo
    facts = library.facts.of(photo.id)
    nearest = library.places.of([photo.id]).get(photo.id)
    place = place_words(nearest, facts)
    caption = library.captions.of(photo.content_id) if photo.content_id is not None else None
    text = _text_of(photo, library)
    if candidate.words_rank is not None:
        texts = _texts(photo, facts, place, caption.text if caption else "") | {"text": text}
        naming = library.places.naming(candidate.words_held, place_names(nearest, facts))
        yield f"words: {printable(_held(candidate.words_held, texts, naming))}"
    yield from _judged(found, photo)
    if photo.id in found.where and (where := _where(found.where[photo.id], candidate.words_held)):
        yield where
    if candidate.picture_rank is not None:
        yield f"picture: {_seen(candidate.chance, candidate.standing)}"
    if caption is not None:
        yield f"caption: “{printable(caption.text)}”"
    if text:
        yield f"text: “{text_excerpt(text, candidate.words_held)}”"
    if candidate.shows_unwanted is not None:
        what = printable(" or ".join(found.result.query.unwanted))
        yield f"may show {what}: {percent(candidate.shows_unwanted)}"
    yield f"date: {_date(photo)}"
    yield from _told(facts, place)
    if candidate.stack:
        members = library.photos.by_ids(candidate.stack)
        names = [printable(members[one].path) for one in candidate.stack if one in members]
        yield f"with it: {', '.join(names)}"


def _judged(found: Found, photo: Photo) -> Iterator[str]:
    """Whether it fits, as the model says that compared it with the request."""
    verdict = next((one for one in found.result.verdicts if one.photo_id == photo.id), None)
    if verdict is not None and verdict.accepted is not None:
        fits = "fits" if verdict.accepted else "does not fit"
        yield f"compared: {fits}" + (f", “{printable(verdict.reason)}”" if verdict.reason else "")


def _where(answer: WhereAnswer, held: Sequence[str]) -> str:
    """Where in a photo the words are seen, or why nobody can tell; empty where words hold all."""
    from imagescope_tui.search.where_words import where_words, worth_telling

    if answer.words is None:
        return printable(answer.problem) or "this encoder cannot tell where"
    if not answer.words:
        return "no words were looked for"
    return " · ".join(printable(where_words(word)) for word in worth_telling(answer.words, held))


def _told(facts: Facts | None, place: str) -> Iterator[str]:
    """Where and who, how its owner marked it, and what is wrong with it."""
    if place:
        yield f"place: {place}"
    if facts is None:
        return
    if facts.people:
        yield printable(f"people: {', '.join(facts.people)}")
    if facts.artist:
        yield printable(f"by {facts.artist}")
    if facts.is_favourite:
        yield "a favourite"
    if facts.damage:
        yield printable(f"damaged: {facts.damage}")
    yield from map(printable, facts.notes)


def _text_of(photo: Photo, library: Library) -> str:
    if photo.content_id is None:
        return ""
    return library.picture_texts.of([photo.content_id]).get(photo.content_id, "")


def _texts(photo: Photo, facts: Facts | None, place: str, caption: str) -> dict[str, str]:
    folder, _, name = photo.path.rpartition("/")
    texts = {"file name": name, "folder": f"{photo.root.name}/{folder}", "caption": caption}
    if facts is not None:
        told = (facts.camera, facts.lens, facts.title, facts.description, facts.artist, place)
        lists = (*facts.keywords, *facts.people, *facts.remarks)
        texts["facts"] = " ".join(filter(None, (*told, *lists)))
    return texts


def _held(words: Sequence[str], texts: Mapping[str, str], naming: Collection[str]) -> str:
    """Which words are held, each with where it stands as it was written, or names the place."""
    places = {
        word: [place for place, text in texts.items() if word.casefold() in text.casefold()]
        for word in words
    }
    told = [
        f"{word} in the {' and the '.join(places[word])}"
        if places[word]
        else f"{word}, another name of the place"
        if word in naming
        else word
        for word in words
    ]
    return ", ".join(told) or "some are held"


def _seen(chance: float | None, standing: float | None) -> str:
    fits = "" if chance is None else f"fits with a chance of {percent(chance)}"
    stands = "" if standing is None else f"{standing:+.1f} σ from the average photo"
    return ", ".join(filter(None, (fits, stands))) or "compared"


def _date(photo: Photo) -> str:
    if photo.taken_at:
        return f"taken {photo.taken_at.replace('T', ' ')}"
    source = f"by the {photo.dated_by}" if photo.dated_by else "of the file"
    return f"{photo.moment.replace('T', ' ')}, {source}"
