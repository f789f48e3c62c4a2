"""Arrays to geometry: codes to metres, cameras and point clouds; numpy only."""
