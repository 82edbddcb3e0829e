"""Recordings: from a path or URL to sound, a block at a time.  Floor 1.

    with open_sound("talk.wav") as sound:
        for block in sound.blocks(): ...          # (n, channels) float32, from -1 to 1

WAV is read with NumPy alone; FLAC, Ogg and MP3 by soundfile, which is the extra `audio`.
"""

from askance.audio.peaks import Peaks, peaks
from askance.audio.sound import SUFFIXES, Sound, is_audio_name, open_sound, sound_fault
from askance.audio.wav import pcm_wav

__all__ = ["SUFFIXES", "Peaks", "Sound", "is_audio_name", "open_sound", "pcm_wav", "peaks", "sound_fault"]
