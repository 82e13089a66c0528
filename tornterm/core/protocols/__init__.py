"""Wire formats: text and bytes in, messages out, and back; nothing here sends anything."""
