"""What stands below the options in `imagescope search --help`; at most 78 columns wide."""

from __future__ import annotations

EPILOG = """
\b
Filters, alone or among the words; values with spaces in quotes:
  in:Rome in:Italy/Rome in:/photos  in or below folders of that name or path
  date:2019 date:2019-07..2019-09   taken then; before: after: since: until:
  July 2021, last summer, 19/7/21   the same as people say it
  camera:x100 camera:"iphone 13"    by camera or lens
  person:Anna, with Anna and Ben    who is there, as files and sidecars say
  type:heic type:raw type:video     by file type
  rating:4                          four stars or more
  place:Italy place:"San Marino"    taken there, by any of its names
  near:Rome near:41.9,12.5          within 100 km, nearest first; or near Rome
  has:gps has:text                  with a place; with text to be read
  is:portrait is:screenshot         also landscape, square, favourite,
                                    damaged, photo, video, raw
  @holidays                         the search saved under that name
  "cake birthday"                   these words in this order
  cat OR dog                        either
  -word -in:Pets -type:video        not what the filter passes
  not at night, without people      not what shows it, as far as can be told

\b
Examples:
  imagescope search yellow flower in:Italy July 2021
  imagescope search 'camera:"iphone 13" beach' --sort newest
  imagescope search -- dog -type:video         (-- before a word with a dash)
  imagescope search --like beach.jpg "the same, but at night"
  imagescope search "red door" -0 | xargs -0 cp -t ~/doors
  curl -s https://example.org/cat.jpg | imagescope search --like -

\b
Exit status:
  0 found · 1 no match · 2 wrong usage or settings · 3 no library, or nothing
  indexed · 4 a model that was asked for is missing or does not answer ·
  130 interrupted
"""
