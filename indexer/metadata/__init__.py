"""What files say of themselves: EXIF, XMP, IPTC, and the tags of videos."""
